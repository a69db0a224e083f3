import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Stopped } from '../console/stopped.mjs';
import { inWorkspace } from '../paths.mjs';

/** The person's settings: the environment over `.env.local`, as the API reads them. */
export function personsEnvironment() {
  const file = inWorkspace('.env.local');
  const all = { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...process.env };
  const env = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')); // empty is unset
  if (env['NODE_ENV'] === 'production') {
    throw new Stopped(
      '`npm start` adds sample people and is not for production: run `node dist/apps/api/main.js` there.',
    );
  }
  return env;
}

/**
 * @param {NodeJS.Dict<string>} env
 * @param {string} name
 * @param {number} standard
 */
export function portOf(env, name, standard) {
  const text = env[name] || String(standard);
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new Stopped(`${name} is not a port: set it to a number from 1 to 65535.`);
  }
  return port;
}
