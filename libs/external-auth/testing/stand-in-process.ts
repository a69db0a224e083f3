import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { StandInControl } from './stand-in-control';
import { standInEnvironment, type Environment } from './stand-in-environment';

const MAIN = resolve(__dirname, '../../../dist/apps/auth-api/main.js');

/** The stand-in of the external API as a process of its own, built by `nx build auth-api`. */
export interface StandInProcess {
  /** The same after {@link restart}. */
  readonly url: string;
  readonly control: StandInControl;
  /** The settings that sign in here, for `loadSettings`. */
  settings(overrides?: Environment): Environment;
  /** SIGTERM; @returns the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: connections break as in a crash. */
  kill(): Promise<void>;
  /** Starts again on the same port after {@link stop} or {@link kill}, with new keys and no memory. */
  restart(): Promise<void>;
}

/** Starts a stand-in on a free port. */
export async function startStandIn(env: Environment = {}): Promise<StandInProcess> {
  let { child, url } = await launch({ AUTH_API_PORT: '0', ...env });

  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  };

  return {
    url,
    control: new StandInControl(url),
    settings: (overrides) => standInEnvironment(url, overrides),
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    restart: async () => {
      ({ child, url } = await launch({ ...env, AUTH_API_PORT: new URL(url).port }));
    },
  };
}

async function launch(env: Environment): Promise<{ child: ChildProcess; url: string }> {
  if (!existsSync(MAIN)) throw new Error('The stand-in is not built. Run: npx nx build auth-api');
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'test', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [url] = /https?:\/\/\S+$/.exec(line) ?? [];
    if (!url) continue;
    child.stdout.resume();
    return { child, url };
  }
  throw new Error('The stand-in ended before it was ready.');
}
