import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** The process environment over `.env.local` of the working directory, where there is one. */
export function readEnvironment(file = '.env.local'): NodeJS.Dict<string> {
  const local = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return { ...local, ...process.env };
}
