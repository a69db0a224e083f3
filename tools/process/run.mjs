import { spawn } from 'node:child_process';
import { endGroup, isEnding, track } from './groups.mjs';

const GRACE = 2000; // milliseconds; npm for one does not end by itself

/**
 * Runs a program to its end in a process group of its own and keeps what it prints.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: string, timeout?: number, onLine?: (line: string) => void }} [options]
 *   `timeout` in milliseconds
 * @returns {Promise<{ code: number, stdout: string, output: string }>} `output` is both streams as they came;
 *   code 127 when the program does not exist
 */
export function run(command, args, { cwd, env, input, timeout, onLine } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    track(child, GRACE);
    const timer = timeout && setTimeout(() => endGroup(child), timeout);
    let stdout = '';
    let output = '';
    const keep = (/** @type {string} */ chunk) => {
      output += chunk;
      if (onLine) chunk.split('\n').filter(Boolean).forEach(onLine);
    };
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk;
      keep(chunk);
    });
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.stdin?.on('error', () => undefined).end(input); // it may have ended without reading
    child.once('error', (error) => resolve({ code: 127, stdout, output: `${output}${error.message}\n` }));
    child.once('close', (code) => {
      clearTimeout(timer);
      if (isEnding()) return; // this process ends: nobody waits for a result that is none
      resolve({ code: code ?? 1, stdout, output });
    });
  });
}
