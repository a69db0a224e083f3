import { createWriteStream, mkdirSync } from 'node:fs';
import { relative } from 'node:path';
import { step } from '../console/step.mjs';
import { explain, Stopped } from '../console/stopped.mjs';
import { inWorkspace, WORKSPACE } from '../paths.mjs';
import { endAll } from '../process/groups.mjs';
import { isFree } from '../process/ports.mjs';
import { build, isBuilt } from '../setup/build.mjs';
import { startStack } from '../stack.mjs';
import { personsEnvironment, portOf } from './environment.mjs';
import { welcome } from './welcome.mjs';

/** Builds what is stale, starts everything, and stays until it is asked to stop. */
export async function serve() {
  const env = personsEnvironment();
  const standIn = !env['EXTERNAL_AUTH_API_URL'];
  const apiPort = portOf(env, 'PORT', 3000);
  const standInPort = portOf(env, 'AUTH_API_PORT', 4010);
  await mustBeFree(apiPort, 'PORT', env['HOST']);
  if (standIn) await mustBeFree(standInPort, 'AUTH_API_PORT');

  if (!isBuilt()) await step('Building', build);
  const logs = inWorkspace('data', 'logs');
  const stack = await step('Starting database, API and stand-in', () =>
    startStack({
      directory: WORKSPACE,
      apiPort,
      standInPort,
      standIn,
      env,
      onLine: logTo(logs),
      onCrash: stopAfterCrash,
    }),
  );
  console.log(
    welcome({
      apiUrl: stack.apiUrl,
      standInUrl: standIn ? stack.standInUrl : null,
      logs: relative(process.cwd(), logs),
      external: env['USE_EXTERNAL_AUTH'] !== 'false',
    }),
  );
}

/** @param {number} port @param {string} setting @param {string} [host] */
async function mustBeFree(port, setting, host) {
  if (await isFree(port, host)) return;
  throw new Stopped(
    `Port ${port} is taken by another program: stop that one, or choose another port with ${setting}=${port + 1} npm start.`,
  );
}

/** One file a program, begun anew at each start. */
function logTo(/** @type {string} */ folder) {
  mkdirSync(folder, { recursive: true });
  /** @type {Map<string, import('node:fs').WriteStream>} */
  const files = new Map();
  return (/** @type {string} */ program, /** @type {string} */ line) => {
    const file = files.get(program) ?? createWriteStream(inWorkspace('data', 'logs', `${program}.log`));
    files.set(program, file);
    file.write(`${line}\n`);
  };
}

async function stopAfterCrash(/** @type {Stopped} */ failure) {
  explain(failure);
  await endAll();
  process.exit(1);
}
