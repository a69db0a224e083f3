import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Stopped } from '../console/stopped.mjs';
import { inWorkspace } from '../paths.mjs';
import { endGroup, track } from '../process/groups.mjs';

const LOGS = inWorkspace('dist', 'bench', 'logs');
const DEADLINE = 60_000; // milliseconds to be ready, on a machine that is busy
const INTERVAL = 2; // milliseconds between two looks: starts are measured with it
const GRACE = 12_000; // milliseconds

/**
 * A server that is measured. What it prints goes to a file, which costs the measuring process nothing.
 *
 * @typedef {object} Program
 * @property {string} url
 * @property {number} pid
 * @property {number} startedIn milliseconds from its start until it was ready
 * @property {() => Promise<void>} stop
 */

/**
 * @param {string} name of its log
 * @param {string} file
 * @param {{ port: number, cwd: string, env: NodeJS.ProcessEnv, ready?: string }} options `ready`: path that
 *   answers 200 once it is
 * @returns {Promise<Program>}
 */
export async function startProgram(name, file, { port, cwd, env, ready = '/' }) {
  mkdirSync(LOGS, { recursive: true });
  const log = `${LOGS}/${name}.log`;
  const output = openSync(log, 'w');
  const started = performance.now();
  const child = spawn(process.execPath, [file], {
    cwd,
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: String(port), ...env },
    stdio: ['ignore', output, output],
    detached: process.platform !== 'win32',
  });
  closeSync(output);
  track(child, GRACE);
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(url + ready))) {
    if (child.exitCode !== null || performance.now() - started > DEADLINE) {
      throw new Stopped(`${name} did not become ready.`, readFileSync(log, 'utf8').slice(-2000));
    }
    await pause(INTERVAL);
  }
  return {
    url,
    pid: child.pid ?? 0,
    startedIn: performance.now() - started,
    stop: () => endGroup(child),
  };
}

/** @param {string} url @returns {Promise<boolean>} */
const answers = (url) =>
  new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume().once('close', () => resolve(response.statusCode === 200));
    }).once('error', () => resolve(false)); // nobody listens yet
  });
