import { mkdirSync } from 'node:fs';
import { inWorkspace } from './paths.mjs';
import { freePort } from './process/ports.mjs';
import { startService } from './process/service.mjs';
import { cutover } from './stack/cutover.mjs';
import { standInSettings } from './stack/external-settings.mjs';
import { untilReady } from './stack/ready.mjs';
import { addSamplePeople } from './stack/sample-people.mjs';

const DEADLINE = 30_000; // milliseconds, for each program to be ready

/** What every program needs of the environment; nothing else of ours leaks into a stack. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'SystemRoot', 'TEMP'];

/**
 * @typedef {object} StackOptions
 * @property {string} directory working directory of the programs: `.env.local`, the embedded database and the
 *   generated secrets are there
 * @property {string} [databaseUrl] default: the embedded file under `directory`
 * @property {number} [apiPort] default: any free one
 * @property {number} [standInPort] default: any free one
 * @property {NodeJS.Dict<string>} [env] settings of the API and the command, over those of the stack
 * @property {boolean} [standIn] start the stand-in of the external API and point the API at it (true)
 * @property {boolean} [samplePeople] add the sample people where the database has nobody (true)
 * @property {(program: string, line: string) => void} [onLine] receives what the programs print
 * @property {(failure: import('./console/stopped.mjs').Stopped) => void} [onCrash] a program ended by itself
 */

/**
 * Starts what a person needs to sign in: stand-in, schema, sample people, and the API that serves the portal too.
 * From built artefacts; `npm start`, the browser tests and process tests share it.
 *
 * @param {StackOptions} options
 */
export async function startStack(options) {
  const { directory, env = {}, samplePeople = true, standIn = true, onCrash } = options;
  mkdirSync(directory, { recursive: true });
  const base = Object.fromEntries(INHERITED.map((name) => [name, process.env[name]]));
  const onLine = (/** @type {string} */ program) => (/** @type {string} */ line) =>
    options.onLine?.(program, line);
  const [apiPort, standInPort] = await Promise.all([
    options.apiPort ?? freePort(),
    options.standInPort ?? freePort(),
  ]);

  /** @type {import('./process/service.mjs').Service | null} */
  let standInService = null;
  const startStandIn = async (/** @type {NodeJS.Dict<string>} */ overrides = {}) => {
    standInService = startService(
      'The stand-in of the external API',
      inWorkspace('dist/apps/auth-api/main.js'),
      {
        cwd: directory,
        env: {
          ...base,
          ...env,
          ...overrides,
          NODE_ENV: 'development',
          AUTH_API_PORT: String(standInPort),
        },
        onLine: onLine('auth-api'),
        onCrash,
      },
    );
    await standInService.printed(/ready at http/, DEADLINE);
  };
  const stopStandIn = async () => {
    await standInService?.stop();
    standInService = null;
  };

  const standInUrl = `http://127.0.0.1:${standInPort}`;
  let apiEnvironment = {
    ...base,
    ...(standIn ? standInSettings(standInUrl) : {}),
    ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}),
    ...env,
    PORT: String(apiPort),
  };
  const apiUrl = apiEnvironment['PUBLIC_URL'] ?? `http://localhost:${apiPort}`;
  /** @type {import('./process/service.mjs').Service | null} */
  let api = null;
  const startApi = async () => {
    api = startService('The API', inWorkspace('dist/apps/api/main.js'), {
      cwd: directory,
      env: apiEnvironment,
      onLine: onLine('api'),
      onCrash,
    });
    await untilReady(`http://${hostToAsk(apiEnvironment['HOST'])}:${apiPort}/health/ready`, api, DEADLINE);
  };
  const stopApi = async () => {
    const code = await api?.stop();
    api = null;
    return code ?? 0;
  };
  const stop = async () => {
    const [code] = await Promise.all([stopApi(), stopStandIn()]);
    return code;
  };

  const prepareDatabase = async () => {
    const place = { cwd: directory, env: apiEnvironment };
    await cutover(['db', 'migrate'], place);
    if (samplePeople) await addSamplePeople(place);
  };

  try {
    await Promise.all([standIn ? startStandIn() : undefined, prepareDatabase()]);
    await startApi();
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    apiUrl,
    standInUrl,
    /** With settings of its own: `startStandIn({ AUTH_API_TOKEN_LIFETIME: '60' })`. */
    startStandIn,
    stopStandIn,
    stopApi,
    /** The same API with other settings: `restartApi({ USE_EXTERNAL_AUTH: 'false' })`. */
    async restartApi(/** @type {NodeJS.Dict<string>} */ overrides = {}) {
      await stopApi();
      apiEnvironment = { ...apiEnvironment, ...overrides };
      await startApi();
    },
    /** @returns exit code of the API: 0 after an orderly end */
    stop,
  };
}

/** Where this machine reaches what listens on this `HOST`. */
function hostToAsk(/** @type {string | undefined} */ host) {
  if (!host || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
