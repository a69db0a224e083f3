import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const WORKSPACE = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(WORKSPACE, path), 'utf8');

describe('.env.example', () => {
  const lines = read('.env.example').split('\n');
  const explained = lines.flatMap((line) => /^#([A-Z][A-Z_]+)=/.exec(line)?.[1] ?? []);

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

  it('explains each setting or group of settings above it', () => {
    const unexplained = explained.filter((name) => {
      const at = lines.findIndex((line) => line.startsWith(`#${name}=`));
      const block = lines.slice(lines.lastIndexOf('', at) + 1, at);
      return !block.some((line) => line.startsWith('# '));
    });

    expect(unexplained).toEqual([]);
  });
});
