import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** SPDX names that ask for no more than a notice, for code. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Zlib',
]);

/**
 * What else is used, each by name and for a reason. Copyleft is never shipped. Copyleft by file (MPL) may be a tool that is
 * run unchanged: `toolOnly` ones are refused as soon as they ship.
 *
 * @type {{ packages: RegExp, licence: string, toolOnly: boolean, reason: string }[]}
 */
export const EXCEPTIONS = [
  {
    packages: /^lightningcss(-|$)/,
    licence: 'MPL-2.0',
    toolOnly: true,
    reason: "Angular's builder runs it unchanged on our styles; nothing of it is in what it writes.",
  },
  {
    packages: /^(axe-core|@axe-core\/playwright)$/,
    licence: 'MPL-2.0',
    toolOnly: true,
    reason: 'The browser tests run it unchanged.',
  },
  {
    packages: /^caniuse-lite$/,
    licence: 'CC-BY-4.0',
    toolOnly: true,
    reason: "Facts about browsers that Angular's builder reads; no code.",
  },
  {
    packages: /^@fontsource-variable\/inter$/,
    licence: 'OFL-1.1',
    toolOnly: false,
    reason: "The portal's typeface: the licence asks that it is not sold by itself, and to travel with it.",
  },
];

/** Packages whose manifest names no licence, and the file of the package that does. */
const UNNAMED = new Map([['pause@0.0.1', { licence: 'MIT', file: 'Readme.md' }]]);

/**
 * @typedef {object} LockedPackage
 * @property {string} path in the lockfile: `node_modules/…`
 * @property {string} name
 * @property {string} version
 * @property {string | undefined} integrity
 * @property {string | undefined} licence SPDX expression
 * @property {boolean} dev needed to build and test only
 */

/**
 * Every package of a lockfile, other platforms' included.
 *
 * @param {string} folder of package-lock.json and, as far as it is installed, node_modules
 * @returns {LockedPackage[]}
 */
export function lockedPackages(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => {
      const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const { version, integrity, dev = false } = entry;
      const licence =
        entry.license ?? licenceInManifest(join(folder, path)) ?? UNNAMED.get(`${name}@${version}`)?.licence;
      return { path, name, version, integrity, licence, dev };
    });
}

/** As npm's first years wrote it (`licenses: [{ type }]`), which no lockfile takes over. */
function licenceInManifest(/** @type {string} */ folder) {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { licenses } = JSON.parse(readFileSync(file, 'utf8'));
  return Array.isArray(licenses) ? licenses.map(({ type }) => type).join(' OR ') : undefined;
}

/**
 * Why a package must not be used under its licence; `null` where it may.
 *
 * @param {Pick<LockedPackage, 'name' | 'version' | 'licence'>} locked
 * @param {{ shipped: boolean }} use whether it is part of what is released
 */
export function licenceFault({ name, version, licence }, { shipped }) {
  const at = `${name}@${version}`;
  if (!licence) return `${at} names no licence`;
  if (isPermissive(licence)) return null;
  const exception = EXCEPTIONS.find((entry) => entry.packages.test(name) && entry.licence === licence);
  if (!exception) return `${at} is under ${licence}, which nobody has agreed to`;
  return exception.toolOnly && shipped ? `${at} is under ${licence} and must not be shipped` : null;
}

/** One of several is enough (OR), all of several count (AND); what nests the two is for a person to read. */
function isPermissive(/** @type {string} */ expression) {
  const names = expression.replace(/^\((.*)\)$/, '$1');
  if (/[()]/.test(names) || (names.includes(' OR ') && names.includes(' AND '))) return false;
  const one = (/** @type {string} */ name) => PERMISSIVE.has(name);
  return names.includes(' OR ') ? names.split(' OR ').some(one) : names.split(' AND ').every(one);
}
