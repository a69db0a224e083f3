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
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';

/**
 * The secrets of a development machine: made at first need, kept in a file that only its owner reads, so that
 * sessions outlive a restart. Production never comes here (load-settings.ts requires the settings there).
 */
export function keptSecrets(file: string): NodeJS.Dict<string> {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    const whole = `${file}.${randomBytes(4).toString('hex')}`; // nobody reads half of it
    writeFileSync(whole, generatedSecrets(), { mode: 0o600, flag: 'wx' });
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
  const missing = Object.entries(LATER).filter(([name]) => kept[name] === undefined);
  if (missing.length === 0) return kept;
  for (const [, generated] of missing) appendFileSync(file, `${generated()}\n`);
  return parseEnv(readFileSync(file, 'utf8'));
}

/** What a file lacks that was made before there were backups, or seals of the audit trail. */
const LATER = {
  BACKUP_KEY: () => `BACKUP_KEY=${randomBytes(32).toString('base64')}`,
  // A name of its own: of two machines' keys, neither is taken for the other.
  AUDIT_KEYS: () => `AUDIT_KEYS=dev-${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}`,
};

const generatedSecrets = () =>
  [
    '# Generated for development. Production sets these in its environment.',
    `LOCAL_JWT_SECRET=${randomBytes(32).toString('base64url')}`,
    `TOKEN_ENCRYPTION_KEYS=dev:${randomBytes(32).toString('base64')}`,
    ...Object.values(LATER).map((generated) => generated()),
    '',
  ].join('\n');
