import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** Settings of one machine, in the working directory; never committed. */
export const LOCAL_FILE = '.env.local';

/** The process environment over `.env.local` of the working directory, where there is one. */
export function readEnvironment(file = LOCAL_FILE): NodeJS.Dict<string> {
  const local = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return { ...local, ...process.env };
}
