import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Stopped } from '../console/stopped.mjs';
import { endGroup, isEnding, track } from './groups.mjs';

const LAST_LINES = 25;
const GRACE = 12_000; // milliseconds; our API takes 10 s at most

/**
 * A program that runs until it is stopped.
 *
 * @typedef {object} Service
 * @property {string} name
 * @property {() => string} lastLines what it printed last
 * @property {(pattern: RegExp, deadline: number) => Promise<RegExpMatchArray>} printed the first line that matches;
 *   rejects when the program ends first or after `deadline` milliseconds
 * @property {Promise<number>} ended its exit code
 * @property {() => Promise<number>} stop ends it and what it started; its exit code
 */

/**
 * @param {string} name how it is called when something is said about it
 * @param {string} file the built program
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, onLine?: (line: string) => void,
 *   onCrash?: (failure: Stopped) => void }} options `onCrash` when it ends without having been asked to
 * @returns {Service}
 */
export function startService(name, file, { cwd, env, onLine, onCrash }) {
  const child = spawn(process.execPath, [file], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  track(child, GRACE);
  const lines = [];
  const listeners = new Set();
  let stopping = false;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
      onLine?.(line);
      for (const listener of listeners) listener(line);
    });
  }
  const lastLines = () => lines.join('\n');
  const crash = (/** @type {number} */ code) => {
    const how = child.signalCode
      ? `was ended by ${child.signalCode}`
      : `ended by itself with exit code ${code}`;
    return new Stopped(`${name} ${how}; its last lines are above.`, lastLines());
  };
  const ended = new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  void ended.then((code) => stopping || isEnding() || onCrash?.(crash(code)));

  return {
    name,
    lastLines,
    ended,
    printed(pattern, deadline) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Stopped(`${name} was not ready within ${deadline / 1000} s.`, lastLines())),
          deadline,
        );
        const listener = (/** @type {string} */ line) => {
          const match = pattern.exec(line);
          if (!match) return;
          clearTimeout(timer);
          listeners.delete(listener);
          resolve(match);
        };
        listeners.add(listener);
        void ended.then((code) => {
          clearTimeout(timer);
          reject(crash(code));
        });
      });
    },
    async stop() {
      stopping = true;
      await endGroup(child);
      return ended;
    },
  };
}
