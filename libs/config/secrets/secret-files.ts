import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ConfigurationFault } from '../configuration-error';
import { fileSettingOf, SECRET_NAMES } from './secret-settings';

export type Variables = Record<string, string | undefined>;

/** Bytes. A list of a hundred keys stays below. */
const LARGEST = 64 * 1024;

/**
 * Secrets as they are meant: without the one line end that editors, `echo` and orchestrators add, from the environment too;
 * and puts the contents of `X_FILE` in the place of `X`, for every secret `X`. They go into the result alone: never into
 * `process.env`, which children inherit.
 */
export function withSecretsFromFiles(variables: Variables): {
  variables: Variables;
  faults: ConfigurationFault[];
} {
  const result = { ...variables };
  const faults: ConfigurationFault[] = [];
  for (const name of SECRET_NAMES) {
    const setting = fileSettingOf(name);
    const path = variables[setting];
    const value = variables[name];
    if (path && value) {
      faults.push({ name: setting, problem: `must not be set together with ${name}; keep one of the two` });
    }
    if (Boolean(path) === Boolean(value)) continue;
    try {
      result[name] = path ? readSecretFile(path) : oneLine(value ?? '', 'expects');
    } catch (error) {
      if (!(error instanceof SecretRefused)) throw error;
      faults.push({ name: path ? setting : name, problem: error.message });
    }
  }
  return { variables: result, faults };
}

/** Why a secret is not taken. Says neither what is in it nor its path: somebody may have put the secret itself there. */
class SecretRefused extends Error {}

/** @returns its text without one line end at its end (`\n` or `\r\n`). @throws SecretRefused */
function readSecretFile(path: string): string {
  const text = oneLine(textOf(bytesOf(path)), 'expects a file of');
  if (text === '') throw new SecretRefused('names an empty file');
  return text;
}

function oneLine(value: string, subject: string): string {
  const text = value.replace(/\r?\n$/, '');
  if (/\p{Cc}/u.test(text)) throw new SecretRefused(`${subject} one line, without control characters`);
  return text;
}

/** @throws SecretRefused where somebody else could have written it, too */
function bytesOf(path: string): Buffer {
  const file = opened(path);
  try {
    const stats = fstatSync(file); // of what was opened: the path may lead elsewhere by now
    refuseUnlessOurs(path, stats);
    const bytes = Buffer.alloc(LARGEST + 1);
    let size = 0;
    for (let read = -1; read !== 0 && size < bytes.length; size += read)
      read = readSync(file, bytes, size, bytes.length - size, null);
    if (size > LARGEST) throw new SecretRefused(`names a file of more than ${LARGEST / 1024} KiB`);
    return bytes.subarray(0, size);
  } finally {
    closeSync(file);
  }
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SecretRefused('names a file that is no UTF-8 text');
  }
}

function opened(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK); // a pipe would keep us waiting for a writer
  } catch (error) {
    throw new SecretRefused(causeOf(error));
  }
}

const CAUSES: Record<string, string> = {
  ENOENT: 'names a file that does not exist',
  EACCES: 'names a file that this account may not read',
  EISDIR: 'names a folder; a file is expected',
  ENOTDIR: 'names a file in something that is no folder',
  ENAMETOOLONG: 'expects a path; it is too long for one',
  ELOOP: 'names a link that leads to itself',
};

function causeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return CAUSES[code] ?? `names a file that cannot be read (${code})`;
}

function refuseUnlessOurs(path: string, stats: Stats): void {
  if (stats.isDirectory()) throw new SecretRefused(CAUSES['EISDIR']);
  if (!stats.isFile()) throw new SecretRefused('names something that is no regular file');
  if (isWritableByAll(stats))
    throw new SecretRefused('names a file that everybody on this machine may write to');
  const folders = new Set([...foldersAbove(resolve(path)), ...foldersAbove(realpathSync(path))]);
  for (const folder of folders)
    if (isReplaceableByAll(statSync(folder)))
      throw new SecretRefused('names a file in a folder where everybody on this machine may replace it');
}

const isWritableByAll = ({ mode }: Stats) => (mode & 0o002) !== 0;

/** The sticky bit keeps a folder's files to their owners, as in /tmp. */
const isReplaceableByAll = (stats: Stats) => isWritableByAll(stats) && (stats.mode & 0o1000) === 0;

function foldersAbove(path: string): string[] {
  const folder = dirname(path);
  return folder === path ? [] : [folder, ...foldersAbove(folder)];
}

/** How a file stands on the disk, without a look into it; `null` where it is not there. */
export function permissionsOf(path: string): Permissions | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return null;
  const openToAll = (stats.mode & 0o006) !== 0;
  const isReached = () => foldersAbove(realpathSync(path)).every((folder) => statSync(folder).mode & 0o001);
  return {
    mode: (stats.mode & 0o7777).toString(8).padStart(4, '0'),
    openToAll,
    readByAll: openToAll && isReached(),
  };
}

interface Permissions {
  /** As `0640`. */
  mode: string;
  /** By its own mode. */
  openToAll: boolean;
  /** No folder above keeps anybody out either. */
  readByAll: boolean;
}
