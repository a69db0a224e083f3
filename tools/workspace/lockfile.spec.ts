import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const WORKSPACE = join(__dirname, '../..');

interface Lockfile {
  packages: Record<string, { version?: string; resolved?: string; integrity?: string; link?: boolean }>;
}

// A lockfile with addresses would send everybody to the registry of whoever wrote it last.
describe.each(['package-lock.json', 'tools/node/package-lock.json'])('%s', (path) => {
  const { packages } = JSON.parse(readFileSync(join(WORKSPACE, path), 'utf8')) as Lockfile;

  it('says what each package must be, and not where it is fetched from', () => {
    const installed = Object.entries(packages).filter(([name]) => name !== '');

    expect(installed.length).toBeGreaterThan(0);
    expect(installed.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
  });
});
