import { readdirSync, readFileSync } from 'node:fs';
import { inWorkspace } from '../paths.mjs';
import { parse } from 'yaml';

/** A digest, or a variable that must be given and can hold nothing else: what follows `@` is a digest or no reference. */
const DIGEST = String.raw`sha256:[0-9a-f]{64}`;
const BY_DIGEST = new RegExp(String.raw`^[^@\s]+@(?:${DIGEST}|\$\{(\w+)\})$`);
const BY_DIGEST_IN_COMPOSE = new RegExp(String.raw`^[^@\s]+@(?:${DIGEST}|\$\{\w+:\?[^}]+\})$`);

/**
 * Whatever the files of `docker/` take from a registry by a name that may mean something else tomorrow. No registry is
 * asked.
 *
 * @returns {string[]} sentences; none where every image is named by its digest
 */
export function imagesByTag() {
  const folder = inWorkspace('docker');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((path) => {
    const text = () => readFileSync(`${folder}/${path}`, 'utf8');
    if (/dockerfile/i.test(path)) return inDockerfile(text()).map((fault) => `docker/${path}: ${fault}`);
    if (/compose[^/]*\.ya?ml$/.test(path))
      return inCompose(text()).map((fault) => `docker/${path}: ${fault}`);
    return [];
  });
}

/** @param {string} text of a Dockerfile */
export function inDockerfile(text) {
  const lines = text.replaceAll(/\\\n/g, ' ').split('\n');
  const stages = new Set(['scratch']);
  const required = new Set(lines.flatMap((line) => /^\s*ARG\s+(\w+)\s*$/i.exec(line)?.[1] ?? []));
  const withDefault = new Set(lines.flatMap((line) => /^\s*ARG\s+(\w+)\s*=/i.exec(line)?.[1] ?? []));
  /** @type {string[]} */
  const faults = [];
  const take = (/** @type {string} */ image) => {
    if (stages.has(image)) return;
    const [match, variable] = BY_DIGEST.exec(image) ?? [];
    if (!match) faults.push(`${image} is not named by its digest`);
    else if (variable && (!required.has(variable) || withDefault.has(variable)))
      faults.push(`${image}: ${variable} must be an ARG without a default`);
  };
  for (const line of lines) {
    const frontend = /^#\s*syntax\s*=\s*(\S+)/i.exec(line)?.[1]; // the program that reads the file is an image too
    if (frontend) take(frontend);
    if (/^\s*#/.test(line)) continue;
    for (const [, source = ''] of line.matchAll(/(?:--from=|[,=]from=)([^\s,]+)/g)) take(source);
    const [, base, name] = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?\s*$/i.exec(line) ?? [];
    if (base) take(base);
    if (name) stages.add(name);
  }
  return faults;
}

/** @param {string} text of a compose file */
export function inCompose(text) {
  /** @type {{ services: Record<string, { image?: string, build?: unknown }> }} */
  const { services } = parse(text, { merge: true });
  return Object.entries(services)
    .filter(([, { image, build }]) => image && !build && !BY_DIGEST_IN_COMPOSE.test(image))
    .map(([name, { image }]) => `${name}: ${image} is not named by its digest`);
}
