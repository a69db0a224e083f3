import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import type { DatabaseSettings } from '../settings';
import { SECRET_NAMES, SECRET_SETTINGS, type SecretSetting } from './secret-settings';

/** Secrets that every program needs: where one is not set, those that are kept are read. */
export const KEPT_FOR = ['LOCAL_JWT_SECRET', 'TOKEN_ENCRYPTION_KEYS', 'AUDIT_KEYS'] as const;

/** Where they are kept: beside the embedded database. */
export function keptSecretsPath(connection: DatabaseSettings['connection']): string {
  const onDisk = connection.engine === 'sqlite' && connection.path !== ':memory:';
  return join(onDisk ? dirname(connection.path) : 'data', 'secrets.env');
}

/**
 * The secrets of a development machine: made at first need, kept in a file that only its owner reads, so that
 * sessions outlive a restart. Production never comes here (production-faults.ts requires the settings there).
 */
export function keptSecrets(file: string): NodeJS.Dict<string> {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    const whole = `${file}.${randomBytes(4).toString('hex')}`; // nobody reads half of it
    const lines = [
      '# Generated for development. Production sets these itself.',
      ...GENERATED.map(([name, make]) => `${name}=${make()}`),
    ];
    writeFileSync(whole, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
    try {
      linkSync(whole, file);
    } catch (error) {
      // Another process that started at the same moment made the file; its secrets are as good as ours.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(whole);
    }
  }
  const kept = parseEnv(readFileSync(file, 'utf8'));
  // A file that was made before there were backups, or seals of the audit trail, lacks theirs.
  const missing = GENERATED.filter(([name]) => kept[name] === undefined);
  if (missing.length === 0) return kept;
  for (const [name, make] of missing) appendFileSync(file, `${name}=${make()}\n`);
  return parseEnv(readFileSync(file, 'utf8'));
}

const GENERATED = SECRET_NAMES.flatMap((name) => {
  const { generated }: SecretSetting = SECRET_SETTINGS[name];
  return generated ? [[name, generated] as const] : [];
});
