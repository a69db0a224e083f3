import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { provenance } from './provenance.mjs';
import { signature } from './signing.mjs';

export const sha256 = (/** @type {string} */ file) =>
  createHash('sha256').update(readFileSync(file)).digest('hex');

/**
 * Writes beside an archive what it can be checked by: the bill of materials, the provenance, the checksums of all three,
 * and with a key the signature of the checksums.
 *
 * @param {object} made
 * @param {string} made.archive path
 * @param {string} made.sbom its text
 * @param {Omit<Parameters<typeof provenance>[0], 'files'>} made.build
 * @param {import('node:crypto').KeyObject | null} made.key
 * @returns {string[]} the paths written
 */
export function attest({ archive, sbom, build, key }) {
  const folder = dirname(archive);
  const stem = archive.replace(/\.tar\.gz$/, '');
  const [bill, statement] = [`${stem}.cdx.json`, `${stem}.provenance.json`];
  const [sums, signed] = [join(folder, 'SHA256SUMS'), join(folder, 'SHA256SUMS.sig')];
  rmSync(signed, { force: true }); // an older one must not pass for this release's

  writeFileSync(bill, sbom);
  const files = Object.fromEntries([archive, bill].map((file) => [basename(file), sha256(file)]));
  writeFileSync(statement, `${JSON.stringify(provenance({ files, ...build }), null, 2)}\n`);
  const lines = [archive, bill, statement].map((file) => `${sha256(file)}  ${basename(file)}\n`);
  writeFileSync(sums, lines.join(''));
  if (key) writeFileSync(signed, signature(key, readFileSync(sums)));
  return [bill, statement, sums, ...(key ? [signed] : [])];
}
