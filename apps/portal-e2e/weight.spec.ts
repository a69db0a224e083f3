import { expect, test } from './support/test';

/** Bytes of JavaScript, as they come over the wire, that the sign-in page may cost. */
const BUDGET = 150_000;

test('the sign-in page costs less than 150 kB of compressed JavaScript', async ({ page }) => {
  await page.goto('/sign-in', { waitUntil: 'networkidle' });
  const weight = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .filter((entry): entry is PerformanceResourceTiming => new URL(entry.name).pathname.endsWith('.js'))
      .reduce((sum, entry) => sum + entry.encodedBodySize, 0),
  );
  expect(weight).toBeGreaterThan(10_000);
  expect(weight).toBeLessThan(BUDGET);
});
