/**
 * Measures several sides in turn, so that what else the machine does meets all of them alike.
 *
 * @template {string} Side
 * @param {number} rounds after one that only warms up
 * @param {Record<Side, () => Promise<number>>} sides
 * @returns {Promise<Record<Side, number[]>>} the measurements of each side
 */
export async function alternate(rounds, sides) {
  const names = /** @type {Side[]} */ (Object.keys(sides));
  const samples = /** @type {Record<Side, number[]>} */ (/** @type {unknown} */ ({}));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const value = await sides[name]();
      if (round > 0) (samples[name] ??= []).push(value);
    }
  }
  return samples;
}

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);

/** @param {number[]} values @param {number} share 0 to 1 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** @param {number} value */
export const perSecond = (value) => `${Math.round(value)}/s`;
export const milliseconds = (/** @type {number} */ value) => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
