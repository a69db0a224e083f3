import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';

/**
 * The secrets of a development machine: made at first need, kept in a file that only its owner reads, so that
 * sessions outlive a restart. Production never comes here (load-settings.ts requires the settings there).
 */
export function keptSecrets(file: string): NodeJS.Dict<string> {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    try {
      writeFileSync(file, generatedSecrets(), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      // Another process that started at the same moment made the file; its secrets are as good as ours.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  const kept = parseEnv(readFileSync(file, 'utf8'));
  if (kept['BACKUP_KEY'] !== undefined) return kept;
  appendFileSync(file, `${generatedBackupKey()}\n`); // a file from before there were backups
  return parseEnv(readFileSync(file, 'utf8'));
}

const generatedBackupKey = () => `BACKUP_KEY=${randomBytes(32).toString('base64')}`;

const generatedSecrets = () =>
  [
    '# Generated for development. Production sets these in its environment.',
    `LOCAL_JWT_SECRET=${randomBytes(32).toString('base64url')}`,
    `TOKEN_ENCRYPTION_KEYS=dev:${randomBytes(32).toString('base64')}`,
    generatedBackupKey(),
    '',
  ].join('\n');
