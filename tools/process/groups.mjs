import { isErrno } from './errno.mjs';

/**
 * Every process group that was started and has not ended, and the milliseconds that it may take to end.
 *
 * @type {Map<import('node:child_process').ChildProcess, number>}
 */
const running = new Map();

let ending = false;

/** Whether everything is being ended: what ends now does so because it was asked to. */
export const isEnding = () => ending;

/**
 * @param {import('node:child_process').ChildProcess} child started with `detached`: its pid is its group's id
 * @param {number} grace milliseconds between SIGTERM and SIGKILL
 */
export function track(child, grace) {
  running.set(child, grace);
  child.once('close', () => running.delete(child));
  child.once('error', () => running.delete(child));
}

/**
 * Signals a child and everything that it started.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} [signal]
 */
export function signalGroup(child, signal = 'SIGTERM') {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error; // gone already
  }
}

/**
 * SIGTERM, then SIGKILL for what has not ended within its grace.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
export async function endGroup(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), running.get(child));
  await closed;
  clearTimeout(timer);
}

/** Ends whatever still runs, and waits for it. */
export async function endAll() {
  ending = true;
  await Promise.all([...running.keys()].map((child) => endGroup(child)));
}
