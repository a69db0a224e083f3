import { setTimeout as delay } from 'node:timers/promises';

/** Asks again until the answer is as expected. @throws after `limit` milliseconds, with the last answer */
export async function eventually<T>(
  ask: () => Promise<T>,
  expected: (answer: T) => boolean,
  limit = 5000,
): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    const answer = await ask();
    if (expected(answer)) return answer;
    if (Date.now() > end) throw new Error(`not so within ${limit} ms: ${JSON.stringify(answer)}`);
    await delay(50);
  }
}
