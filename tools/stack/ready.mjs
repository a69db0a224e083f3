import { setTimeout as pause } from 'node:timers/promises';
import { Stopped } from '../console/stopped.mjs';

const INTERVAL = 50; // milliseconds

/**
 * Waits until an address answers 200.
 *
 * @param {string} url
 * @param {import('../process/service.mjs').Service} service whose end ends the waiting
 * @param {number} deadline milliseconds
 */
export async function untilReady(url, service, deadline) {
  const until = Date.now() + deadline;
  let ended = false;
  let last = 'nothing';
  void service.ended.then(() => (ended = true));
  while (Date.now() < until) {
    if (ended) throw new Stopped(`${service.name} ended before it was ready.`, service.lastLines());
    last = await answer(url);
    if (last === '200') return;
    await pause(INTERVAL);
  }
  throw new Stopped(
    `${service.name} was not ready within ${deadline / 1000} s: ${url} answers ${last}.`,
    service.lastLines(),
  );
}

async function answer(/** @type {string} */ url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return String(response.status);
  } catch {
    return 'nothing'; // nobody listens yet
  }
}
