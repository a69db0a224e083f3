import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const WORKSPACE = join(__dirname, '../../..');
export const read = (path: string) => readFileSync(join(WORKSPACE, path), 'utf8');

/** Tools stand on no project. The documents speak of all of them, so their sources are asked here, past the arrows. */
export const source = <T extends object>(path: string) => jest.requireActual<T>(join(WORKSPACE, path));

/** What `git` would commit: whatever else lies about is nobody's. */
export const FILES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: WORKSPACE,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(WORKSPACE, path)));
const FOLDERS = new Set(
  FILES.flatMap((path) => path.split('/').map((_, end, parts) => parts.slice(0, end).join('/'))),
);

export const isFile = (path: string) => FILES.includes(path) || FOLDERS.has(path.replace(/\/$/, ''));
