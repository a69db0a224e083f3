import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockedPackages } from './licences.mjs';
import { billOfMaterials, compiledIn, shippedPackages } from './sbom.mjs';

const WORKSPACE = join(__dirname, '../..');
const NODE = { version: '24.21.0', sha256: 'b'.repeat(64) };
const LICENCES = 'Package: @angular/core\nLicense: "MIT"\n\nPackage: rxjs\n';

interface Component {
  purl: string;
  'bom-ref': string;
  hashes: { alg: string; content: string }[];
  licenses: ({ license: { id: string } } | { expression: string })[];
}
interface Bill {
  specVersion: string;
  components: Component[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

describe('the bill of materials', () => {
  const release = mkdtempSync(join(tmpdir(), 'cutover-sbom-'));
  afterAll(() => rmSync(release, { recursive: true }));
  let text: string;
  let bill: Bill;
  const compiled = compiledIn(LICENCES, join(WORKSPACE, 'apps/portal/styles'));

  beforeAll(async () => {
    for (const name of ['package.json', 'package-lock.json', 'node_modules'])
      symlinkSync(join(WORKSPACE, name), join(release, name));
    text = await billOfMaterials(release, shippedPackages(release, compiled), NODE);
    bill = JSON.parse(text) as Bill;
  });
  const of = (purl: string) => bill.components.find((component) => component.purl === purl);

  it('names everything that ships, and nothing else, as the lockfile has it', () => {
    const shipped = lockedPackages(WORKSPACE).filter(
      ({ path, dev }) =>
        (!dev && existsSync(join(WORKSPACE, path))) || /^@angular\/core$|\/inter$/.test(path.slice(13)),
    );
    const purls = shipped.map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`);
    expect(shipped.length).toBeGreaterThan(200);
    expect(new Set(bill.components.map(({ purl }) => purl))).toEqual(
      new Set([...purls, ...['cdk', 'material'].flatMap(portalPackage), 'pkg:generic/node@24.21.0']),
    );
  });

  it('says of each its licence and the hash of its content', () => {
    const { packages } = JSON.parse(readFileSync(join(WORKSPACE, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string; integrity: string }>;
    };
    const { version = '', integrity = '' } = packages['node_modules/typeorm'] ?? {};
    expect(of(`pkg:npm/typeorm@${version}`)).toMatchObject({
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }],
    });
    expect(
      bill.components.filter(({ hashes, licenses }) => hashes.length !== 1 || licenses.length !== 1),
    ).toEqual([]);
    expect(bill.components.find(({ purl }) => purl.includes('/pause@'))?.licenses).toEqual([
      { license: { id: 'MIT' } },
    ]);
    expect(of('pkg:generic/node@24.21.0')?.hashes).toEqual([{ alg: 'SHA-256', content: NODE.sha256 }]);
  });

  it('says what needs what, among what it names', () => {
    const refs = new Set(['cutover', ...bill.components.map((component) => component['bom-ref'])]);
    expect(
      bill.dependencies
        .flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn])
        .filter((ref) => !refs.has(ref)),
    ).toEqual([]);
    const needs = (start: string) =>
      bill.dependencies.find(({ ref }) => ref.startsWith(start))?.dependsOn?.join(' ');
    expect(needs('pkg:npm/passport-local@')).toContain('pkg:npm/passport-strategy@');
    expect(needs('cutover')).toContain('pkg:npm/typeorm@');
    // Whatever ships is needed by something that ships.
    const needed = new Set(bill.dependencies.flatMap(({ dependsOn = [] }) => dependsOn));
    expect([...refs].filter((ref) => ref !== 'cutover' && !needed.has(ref))).toEqual([]);
  });

  it('is the same each time, and valid under the schema of CycloneDX 1.6', async () => {
    expect(await billOfMaterials(release, shippedPackages(release, compiled), NODE)).toBe(text);
    const { Validation } = jest.requireActual<{
      Validation: {
        JsonStrictValidator: new (version: string) => { validate(json: string): Promise<unknown> };
      };
    }>('@cyclonedx/cyclonedx-library');
    const validator = new Validation.JsonStrictValidator('1.6');
    expect(bill.specVersion).toBe('1.6');
    expect(await validator.validate(text)).toBeNull();
    expect(await validator.validate(text.replace('"SHA-512"', '"SHA-511"'))).not.toBeNull();
  });

  function portalPackage(name: string) {
    const locked = lockedPackages(WORKSPACE).find(({ path }) => path === `node_modules/@angular/${name}`);
    return compiled.includes(`@angular/${name}`) ? `pkg:npm/%40angular/${name}@${locked?.version}` : [];
  }
});
