import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const WORKSPACE = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(WORKSPACE, path), 'utf8');

describe('.env.example', () => {
  const lines = read('.env.example').split('\n');
  const explained = lines.flatMap((line) => /^#([A-Z][A-Z_]+)=/.exec(line)?.[1] ?? []);

  const lineOf = (name: string) => lines.findIndex((line) => line.startsWith(`#${name}=`));
  const blockOf = (name: string) => lines.lastIndexOf('', lineOf(name));
  const blockAbove = (name: string) => lines.slice(blockOf(name) + 1, lineOf(name));

  it('names each setting of libs/config, the port of the stand-in, and nothing else', () => {
    const known = [...read('libs/config/environment.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(
      ([, name]) => name,
    );

    expect(known.length).toBeGreaterThan(20);
    expect([...explained].sort()).toEqual([...known, 'AUTH_API_PORT'].sort());
  });

  it('sets nothing by itself when it is copied as it stands', () => {
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  it('marks each secret, which may come from a file, and nothing else', () => {
    const { SECRET_NAMES } = jest.requireActual<typeof import('@cutover/config')>('@cutover/config');
    const marked = explained.filter((name) => blockAbove(name).some((line) => /\(secret[);]/.test(line)));

    expect(SECRET_NAMES.filter((name) => !marked.includes(name))).toEqual([]);
    const groups = marked.filter((name) => !(SECRET_NAMES as string[]).includes(name));
    expect(
      groups.filter((name) => !SECRET_NAMES.some((secret) => blockOf(secret) === blockOf(name))),
    ).toEqual([]);
  });

  it('explains each setting or group of settings above it', () => {
    const unexplained = explained.filter((name) => {
      return !blockAbove(name).some((line) => line.startsWith('# '));
    });

    expect(unexplained).toEqual([]);
  });
});
