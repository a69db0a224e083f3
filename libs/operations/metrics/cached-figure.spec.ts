import { CachedFigure } from './cached-figure';

it('is read once by all who ask at once, and not again before its pause is over', async () => {
  let reads = 0;
  const figure = new CachedFigure(async () => (reads += 1), 60_000);
  expect(await Promise.all([figure.value(), figure.value(), figure.value()])).toEqual([1, 1, 1]);
  expect(await figure.value()).toBe(1);
  expect(reads).toBe(1);
});

it('is read again after its pause', async () => {
  let reads = 0;
  const figure = new CachedFigure(() => Promise.resolve((reads += 1)), 0);
  expect(await figure.value()).toBe(1);
  while ((await figure.value()) === 1);
  expect(await figure.value()).toBeGreaterThan(1);
});

it('is absent rather than old once it cannot be read', async () => {
  let works = true;
  const figure = new CachedFigure(() => (works ? Promise.resolve(7) : Promise.reject(new Error('away'))), 0);
  expect(await figure.value()).toBe(7);
  works = false;
  while ((await figure.value()) !== null);
  expect(await figure.value()).toBeNull();
});

it('keeps nobody waiting for a reading that hangs', async () => {
  const figure = new CachedFigure(() => new Promise<number>(() => undefined), 0);
  const start = performance.now();
  expect(await figure.value()).toBeNull();
  expect(performance.now() - start).toBeLessThan(2000);
});
