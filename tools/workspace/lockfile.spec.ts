import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXCEPTIONS, licenceFault, lockedPackages } from '../release/licences.mjs';

const WORKSPACE = join(__dirname, '../..');

interface Entry {
  version?: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  link?: boolean;
  hasInstallScript?: boolean;
}
interface Manifest {
  allowScripts?: Record<string, boolean>;
}
const read = <T>(path: string) => JSON.parse(readFileSync(join(WORKSPACE, path), 'utf8')) as T;

describe.each(['.', 'tools/node'])('the lockfile of %s', (folder) => {
  const lock = read<{ packages: Record<string, Entry> }>(`${folder}/package-lock.json`);
  const installed = Object.entries(lock.packages).filter(([path]) => path !== '');

  // A lockfile with addresses would send everybody to the registry of whoever wrote it last.
  it('says of each package what its content must be, and not where it is fetched from', () => {
    expect(installed.length).toBeGreaterThan(0);
    expect(installed.filter(([, entry]) => entry.resolved !== undefined || entry.link)).toEqual([]);
    const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
    expect(installed.filter(([, { integrity }]) => !SHA512.test(integrity ?? ''))).toEqual([]);
  });

  it('has no package with an install script that package.json has not decided about', () => {
    const { allowScripts = {} } = read<Manifest>(`${folder}/package.json`);
    const withScript = lockedPackages(join(WORKSPACE, folder)).filter(
      ({ path }) => lock.packages[path]?.hasInstallScript,
    );

    expect(new Set(withScript.map(({ name }) => name))).toEqual(new Set(Object.keys(allowScripts)));
  });

  it('gives each package the licence that its own manifest names', () => {
    const differing = installed.flatMap(([path, { license = null }]) => {
      const manifest = join(WORKSPACE, folder, path, 'package.json');
      if (!existsSync(manifest)) return []; // another platform's
      const own = (JSON.parse(readFileSync(manifest, 'utf8')) as { license?: string }).license ?? null;
      return own === license ? [] : [{ path, license, own }];
    });

    expect(differing).toEqual([]);
  });

  it('has no package without a licence, nor with one that binds our code', () => {
    const faults = lockedPackages(join(WORKSPACE, folder)).flatMap(
      (locked) => licenceFault(locked, { shipped: !locked.dev }) ?? [],
    );

    expect(faults).toEqual([]);
  });
});

describe('a licence', () => {
  const fault = (licence: string | undefined, { name = 'it', shipped = false } = {}) =>
    licenceFault({ name, version: '1.0.0', licence }, { shipped });

  it.each(['MIT', 'Apache-2.0 AND MIT', '(MIT OR GPL-3.0-only)', '(MIT AND Zlib)'])(
    'may be %s',
    (licence) => {
      expect(fault(licence, { shipped: true })).toBeNull();
    },
  );

  it.each([
    ...[
      'GPL-2.0-only',
      'GPL-3.0-or-later',
      'AGPL-3.0',
      'LGPL-3.0',
      'SSPL-1.0',
      'BUSL-1.1',
      'MPL-2.0',
      'EPL-2.0',
    ],
    ...[
      'MIT AND GPL-3.0-only',
      '(MIT OR X) AND GPL-3.0-only',
      'SEE LICENSE IN LICENSE',
      'UNLICENSED',
      '',
      undefined,
    ],
  ])('is not %s, not even of a tool', (licence) => {
    expect(fault(licence)).toContain('it@1.0.0');
  });

  it('that binds changed files only may be that of a named tool, and is never shipped', () => {
    expect(fault('MPL-2.0', { name: 'axe-core' })).toBeNull();
    expect(fault('MPL-2.0', { name: 'axe-core', shipped: true })).toContain('must not be shipped');
    expect(fault('GPL-3.0-only', { name: 'axe-core' })).toContain('nobody has agreed');
  });

  it('of an exception is that of a package that is here', () => {
    const all = lockedPackages(WORKSPACE);
    const unused = EXCEPTIONS.filter(
      ({ packages, licence }) =>
        !all.some((locked) => packages.test(locked.name) && locked.licence === licence),
    );

    expect(unused).toEqual([]);
  });

  it('travels with what the portal is made of, in a release and in an image', () => {
    const { targets } = read<{
      targets: { bundle: { options: { assets: { input: string; glob: string }[] } } };
    }>('apps/portal/project.json');
    const input = 'node_modules/@fontsource-variable/inter';
    expect(targets.bundle.options.assets).toContainEqual(expect.objectContaining({ input, glob: 'LICENSE' }));
    expect(readFileSync(join(WORKSPACE, 'docker/Dockerfile'), 'utf8')).toContain(
      '\nCOPY --from=build /src/dist/apps/portal/3rdpartylicenses.txt ',
    );
  });

  it('that no manifest names is in a file of the package', () => {
    const readme = join(WORKSPACE, 'node_modules/pause/Readme.md');

    expect(existsSync(readme) && readFileSync(readme, 'utf8')).toContain('(The MIT License)');
  });
});
