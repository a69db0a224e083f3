import { readFileSync } from 'node:fs';

const INTERVAL = 1000; // milliseconds
const MEBIBYTE = 1024 * 1024;

/**
 * @typedef {object} Sample
 * @property {number} second since the profile began
 * @property {number} memory resident, MB
 * @property {number} heap what JavaScript holds, garbage included, and what its buffers hold, MB
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
      heap:
        ((metrics.get('nodejs_heap_size_used_bytes') ?? NaN) +
          (metrics.get('nodejs_external_memory_bytes') ?? NaN)) /
        MEBIBYTE,
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

/** Windows of which each shows once what is left after a garbage collection, and the shortest that surely does, seconds. */
const WINDOWS = 12;
const SHORTEST_WINDOW = 30;

/**
 * How much more is held every hour: by least squares through the least that was held in each part of the run, without its
 * first third, in which caches fill. Garbage is no leak, and the process gives memory back when it likes.
 *
 * @param {Sample[]} samples
 * @returns {number | null} MB an hour; `null` where the run was too short to tell
 */
export function memorySlope(samples) {
  const settled = samples.slice(Math.floor(samples.length / 3));
  const width = Math.ceil(settled.length / WINDOWS);
  if (width * (INTERVAL / 1000) < SHORTEST_WINDOW) return null;
  const floors = Array.from({ length: Math.ceil(settled.length / width) }, (_, window) =>
    settled
      .slice(window * width, (window + 1) * width)
      .reduce((least, sample) => (sample.heap < least.heap ? sample : least)),
  );
  return slopeOf(floors.map(({ second, heap }) => [second, heap])) * 3600;
}

/** @param {[x: number, y: number][]} points */
function slopeOf(points) {
  const mean = (/** @type {0 | 1} */ axis) =>
    points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread;
}

/** What a log says went wrong unseen: rejections nobody handled. @param {string} file */
export function unhandledIn(file) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /unhandled/i.test(line)).length;
}
