import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const WORKSPACE = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(WORKSPACE, path), 'utf8');

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

describe('dependencies', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Manifest;
  const versions = { ...dependencies, ...devDependencies };

  it('each have a reason in docs/dependencies.md, and nothing else has', () => {
    const [used = ''] = read('docs/dependencies.md').split('## Not used');
    const cells = used.split('\n').flatMap((line) => /^\| (`[^|]+`) *\|/.exec(line)?.[1] ?? []);
    const explained = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));

    expect(explained.sort()).toEqual(Object.keys(versions).sort());
  });

  it('are pinned to exact versions', () => {
    const loose = Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));

    expect(loose).toEqual([]);
  });
});
