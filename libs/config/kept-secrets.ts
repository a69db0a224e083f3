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
import { SECRET_NAMES, SECRET_SETTINGS, type SecretSetting } from './secret-settings';

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
