import { readFileSync } from 'node:fs';

const INTERVAL = 1000; // milliseconds
const MEBIBYTE = 1024 * 1024;

/**
 * @typedef {object} Sample
 * @property {number} second since the profile began
 * @property {number} memory resident, MB
 * @property {number} lag p99 of the event loop's delay, milliseconds
 */

/**
 * Looks at a process once a second, as Prometheus would.
 *
 * @param {string} url of the API
 * @returns {() => Sample[]} ends it
 */
export function watch(url) {
  const started = performance.now();
  /** @type {Sample[]} */
  const samples = [];
  const timer = setInterval(async () => {
    const metrics = await scrape(url).catch(() => null); // too busy to answer: a sample less
    if (!metrics) return;
    samples.push({
      second: (performance.now() - started) / 1000,
      memory: (metrics.get('process_resident_memory_bytes') ?? NaN) / MEBIBYTE,
      lag: (metrics.get('nodejs_eventloop_lag_p99_seconds') ?? NaN) * 1000,
    });
  }, INTERVAL);
  return () => {
    clearInterval(timer);
    return samples;
  };
}

/** @param {string} url @returns {Promise<Map<string, number>>} by name and labels */
async function scrape(url) {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5000) });
  const lines = (await response.text()).split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/**
 * MB an hour by least squares, without the first third, in which caches fill.
 *
 * @param {Sample[]} samples
 */
export function memorySlope(samples) {
  const settled = samples.slice(Math.floor(samples.length / 3));
  const mean = (/** @type {(sample: Sample) => number} */ of) =>
    settled.reduce((sum, sample) => sum + of(sample), 0) / settled.length;
  const [second, memory] = [mean((sample) => sample.second), mean((sample) => sample.memory)];
  const spread = settled.reduce((sum, sample) => sum + (sample.second - second) ** 2, 0);
  const together = settled.reduce(
    (sum, sample) => sum + (sample.second - second) * (sample.memory - memory),
    0,
  );
  return (together / spread) * 3600;
}

/** What a log says went wrong unseen: rejections nobody handled. @param {string} file */
export function unhandledIn(file) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /unhandled/i.test(line)).length;
}
