import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { ConfigurationFault } from './configuration-error';
import { parseEnvironment, withoutEmpty } from './parse-environment';
import { localFileFaults, productionFaults } from './production-faults';
import { LOCAL_FILE, readEnvironment } from './read-environment';
import { KEPT_FOR, keptSecretsPath } from './secrets/kept-secrets';
import { secretFaults } from './secrets/secret-faults';
import { permissionsOf, type Variables, withSecretsFromFiles } from './secrets/secret-files';
import {
  fileSettingOf,
  isSecretName,
  SECRET_NAMES,
  SECRET_SETTINGS,
  type SecretName,
} from './secrets/secret-settings';
import { estimatedBits } from './secrets/secret-strength';

export type SecretOrigin = 'environment' | 'file' | '.env.local' | 'kept' | 'not set';

export interface SecretReport {
  name: SecretName;
  from: SecretOrigin;
  /** Of the file that it comes from, as `0640`; `null` where there is none. */
  mode: string | null;
  parts: {
    /** A key's name, or its place in the list. */
    label: string;
    /** Length of the key. */
    bytes: number;
    /** What guessing it could cost at most. */
    bits: number;
    /** Bits that it must be worth; `null` where another system made it. */
    floor: number | null;
  }[];
}

export interface SecretsReport {
  secrets: SecretReport[];
  /** Why production would refuse them. */
  reasons: ConfigurationFault[];
  /** What an operator may want to better. */
  cautions: ConfigurationFault[];
}

/** What can be said of the secrets of this process without showing any. Reads what a start would read, and makes nothing. */
export function reportSecrets(): SecretsReport {
  const surroundings = readEnvironment();
  const { variables: given, faults: fileFaults } = withSecretsFromFiles(surroundings);
  const { env } = parseEnvironment(withoutEmpty(given));
  const isProduction = env.NODE_ENV === 'production';
  const keptIn = keptSecretsPath(env.DATABASE_URL);
  const isKept = !isProduction && KEPT_FOR.some((name) => !given[name]) && existsSync(keptIn);
  const kept = isKept ? parseEnv(readFileSync(keptIn, 'utf8')) : {};
  const variables = { ...withoutEmpty(kept), ...withoutEmpty(given) };

  const { env: all, faults: typeFaults } = parseEnvironment(variables);
  const unread = new Set([...fileFaults, ...typeFaults].map(({ name }) => name.replace(/_FILE$/, '')));
  const missing = isProduction ? productionFaults(all) : [];
  const pathOf = (name: SecretName, from: SecretOrigin) =>
    ({ file: surroundings[fileSettingOf(name)], '.env.local': LOCAL_FILE, kept: keptIn })[from as string];

  const secrets = SECRET_NAMES.map((name) => {
    const from = originOf(name, surroundings, kept);
    const path = pathOf(name, from);
    const permissions = path === undefined ? null : permissionsOf(path);
    const report = { name, from, mode: permissions?.mode ?? null, parts: partsOf(name, variables[name]) };
    return { report, isOpen: permissions?.readByAll ?? false };
  });
  return {
    secrets: secrets.map(({ report }) => report),
    reasons: [
      ...fileFaults,
      ...[...typeFaults, ...missing.filter(({ name }) => !unread.has(name))].filter(({ name }) =>
        isSecretName(name),
      ),
      ...secretFaults(variables),
      ...(isProduction ? localFileFaults(LOCAL_FILE) : []),
    ],
    cautions: secrets
      .filter(({ isOpen }) => isOpen)
      .map(({ report: { name, mode } }) => ({
        name,
        problem: `is in a file that every account here may read (mode ${mode})`,
      })),
  };
}

function originOf(name: SecretName, surroundings: Variables, kept: Variables): SecretOrigin {
  if (surroundings[fileSettingOf(name)]) return 'file';
  if (surroundings[name]) return process.env[name] === undefined ? '.env.local' : 'environment';
  return kept[name] ? 'kept' : 'not set';
}

const partsOf = (name: SecretName, value: string | undefined): SecretReport['parts'] =>
  (value === undefined ? [] : SECRET_SETTINGS[name].partsOf(value)).map(
    ({ label, text, bytes = Buffer.byteLength(text) }) => ({
      label,
      bytes,
      bits: estimatedBits(text),
      floor: SECRET_SETTINGS[name].floor,
    }),
  );
