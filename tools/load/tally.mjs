import { createHistogram } from 'node:perf_hooks';

/**
 * What one operation came to.
 *
 * @typedef {object} Figures
 * @property {number} answers
 * @property {number} perSecond
 * @property {{ p50: number, p95: number, p99: number, max: number }} latency milliseconds
 * @property {Record<string, number>} codes how often each code was answered; `ok` is success
 */

/** Everything that was answered while one profile ran. */
export class Tally {
  #started = performance.now();
  /** @type {Map<string, { latency: import('node:perf_hooks').RecordableHistogram, codes: Map<string, number> }>} */
  #operations = new Map();
  /** By second since the start. @type {{ ok: number, refused: number, slowest: number }[]} */
  seconds = [];
  /** Seconds that sessions have lived, added up. */
  sessionSeconds = 0;
  /** Seconds since the start at which a sign-in first succeeded again after an outage. @type {number | null} */
  firstSuccessAfterOutage = null;
  #outage = false;

  get elapsed() {
    return (performance.now() - this.#started) / 1000;
  }

  /** @param {string} operation @param {string} code @param {number} milliseconds */
  answered(operation, code, milliseconds) {
    const { latency, codes } = this.#of(operation);
    latency.record(Math.max(1, Math.round(milliseconds * 1000)));
    codes.set(code, (codes.get(code) ?? 0) + 1);
    const second = (this.seconds[Math.floor(this.elapsed)] ??= { ok: 0, refused: 0, slowest: 0 });
    second[code === 'ok' ? 'ok' : 'refused'] += 1;
    second.slowest = Math.max(second.slowest, milliseconds);
    if (operation !== 'sign-in') return;
    if (code === 'external_unavailable') this.#outage = true;
    if (code === 'ok' && this.#outage) {
      this.#outage = false;
      this.firstSuccessAfterOutage = this.elapsed;
    }
  }

  /** A session has begun. @returns {() => void} says that it has ended */
  signedIn() {
    const since = performance.now();
    return () => (this.sessionSeconds += (performance.now() - since) / 1000);
  }

  /** @returns {Record<string, Figures>} by operation */
  figures() {
    const seconds = this.elapsed;
    return Object.fromEntries(
      [...this.#operations].map(([operation, { latency, codes }]) => [
        operation,
        {
          answers: latency.count,
          perSecond: latency.count / seconds,
          latency: {
            p50: latency.percentile(50) / 1000,
            p95: latency.percentile(95) / 1000,
            p99: latency.percentile(99) / 1000,
            max: latency.max / 1000,
          },
          codes: Object.fromEntries(codes),
        },
      ]),
    );
  }

  #of(operation) {
    const known = this.#operations.get(operation);
    if (known) return known;
    const added = { latency: createHistogram(), codes: new Map() };
    this.#operations.set(operation, added);
    return added;
  }
}
