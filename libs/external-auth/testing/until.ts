import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a condition, looking every 10 ms. @throws after `limit` milliseconds */
export async function until(condition: () => boolean | Promise<boolean>, limit = 10_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not so after ${limit} ms: ${condition.toString()}`);
    await delay(10);
  }
}
