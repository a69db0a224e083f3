import { createRequire } from 'node:module';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { lockedPackages } from './licences.mjs';

const { Enums, Models, Serialize, Spec, Validation } = createRequire(import.meta.url)(
  '@cyclonedx/cyclonedx-library',
);
const SPEC = Spec.Spec1dot6;

/** @typedef {import('./licences.mjs').LockedPackage} LockedPackage */

/**
 * The packages that are compiled into the portal: their code, as Angular's builder lists it, and what its styles use.
 *
 * @param {string} licences the text of its `3rdpartylicenses.txt`
 * @param {string} styles the folder of its style sheets
 */
export function compiledIn(licences, styles) {
  const code = [...licences.matchAll(/^Package: (\S+)$/gm)].map(([, name = '']) => name);
  const sheets = globSync('**/*.scss', { cwd: styles }).map((file) =>
    readFileSync(join(styles, file), 'utf8'),
  );
  const used = [...sheets.join('\n').matchAll(/@use '(@[\w.-]+\/[\w.-]+)/g)].map(([, name = '']) => name);
  return [...new Set([...code, ...used])];
}

/**
 * What ships: the packages that are installed in the release, and those compiled into the portal.
 *
 * @param {string} folder of the release
 * @param {string[]} compiled names from {@link compiledIn}
 * @returns {LockedPackage[]}
 */
export function shippedPackages(folder, compiled) {
  const all = lockedPackages(folder);
  const installed = all.filter(({ path, dev }) => !dev && existsSync(join(folder, path)));
  return [
    ...installed,
    ...all.filter(({ path, dev }) => dev && compiled.includes(path.replace(/^node_modules\//, ''))),
  ];
}

/**
 * A CycloneDX bill of materials. It holds no time and no random number: the same release has the same.
 *
 * @param {string} folder of the release: package.json, package-lock.json and the installed node_modules
 * @param {LockedPackage[]} shipped
 * @param {{ version: string, sha256: string }} node the Node.js that is packed
 * @returns {Promise<string>} JSON, checked against the schema of CycloneDX 1.6
 */
export async function billOfMaterials(folder, shipped, node) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  const components = new Map(shipped.map((locked) => [purlOf(locked), componentOf(locked)]));
  const refOf = (/** @type {LockedPackage} */ locked) => components.get(purlOf(locked)).bomRef;

  const product = new Models.Component(Enums.ComponentType.Application, name, { version, bomRef: name });
  const runtime = new Models.Component(Enums.ComponentType.Platform, 'node', {
    ...{ version: node.version, bomRef: `node@${node.version}`, purl: `pkg:generic/node@${node.version}` },
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], node.sha256]]),
    licenses: new Models.LicenseRepository([new Models.SpdxLicense('MIT')]),
  });
  const byPath = new Map(shipped.map((locked) => [locked.path, locked]));
  for (const locked of shipped) {
    const { dependencies, optionalDependencies, peerDependencies } = packages[locked.path];
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const found = byPath.get(resolved(needed, locked.path, byPath));
      if (found) components.get(purlOf(locked)).dependencies.add(refOf(found));
    }
  }
  const { dependencies } = packages[''];
  for (const locked of shipped) {
    const direct = locked.path.replace(/^node_modules\//, '');
    if (locked.dev || direct in dependencies) product.dependencies.add(refOf(locked));
  }
  product.dependencies.add(runtime.bomRef);

  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: product }),
    components: new Models.ComponentRepository([runtime, ...components.values()]),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(SPEC));
  const text = `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
  const fault = await new Validation.JsonStrictValidator(SPEC.version).validate(text);
  if (fault) throw new Error(`The bill of materials is not valid: ${JSON.stringify(fault)}`);
  return text;
}

/** @see https://github.com/package-url/purl-spec npm: the `@` of a scope is encoded */
const purlOf = (/** @type {LockedPackage} */ { name, version }) =>
  `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;

function componentOf(/** @type {LockedPackage} */ locked) {
  const { name, version, integrity, licence = '' } = locked;
  const [, group] = /^(@[^/]+)\//.exec(name) ?? [];
  const expression = / (OR|AND) /.test(licence);
  const { SpdxLicense, LicenseExpression } = Models;
  return new Models.Component(Enums.ComponentType.Library, basename(name), {
    ...{ version, purl: purlOf(locked), bomRef: purlOf(locked), group },
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-512'], hexOf(integrity ?? '')]]),
    licenses: new Models.LicenseRepository([
      expression ? new LicenseExpression(licence) : new SpdxLicense(licence),
    ]),
  });
}

/** Of the package as the registry has it. */
const hexOf = (/** @type {string} */ integrity) =>
  Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');

/** Where a package finds another: beside it, or in the nearest folder above. */
function resolved(
  /** @type {string} */ name,
  /** @type {string} */ from,
  /** @type {Map<string, unknown>} */ known,
) {
  for (let base = from; ; base = base.slice(0, base.lastIndexOf('/node_modules/'))) {
    const path = `${base}/node_modules/${name}`;
    if (known.has(path)) return path;
    if (!base.includes('/node_modules/')) return `node_modules/${name}`;
  }
}
