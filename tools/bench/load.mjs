import autocannon from 'autocannon';

/**
 * As many requests as a server answers.
 *
 * @param {object} options of autocannon
 * @returns {Promise<number>} answers a second
 * @throws {Error} where a single answer is none of 2xx: a fast refusal is no speed
 */
export async function throughput(options) {
  const started = performance.now();
  const result = await autocannon({ timeout: 60, ...options });
  const seconds = (performance.now() - started) / 1000;
  if (result.errors + result.non2xx > 0) {
    throw new Error(`${options.url}: ${result.errors} errors and ${result.non2xx} refusals`);
  }
  // With a given amount the time is ours to take: autocannon counts whole seconds.
  return options.amount ? options.amount / seconds : result.requests.average;
}

/** Keeps a server busy until it is stopped: in this thread, because a stopped worker of autocannon never answers. @param {object} options of autocannon @returns {() => Promise<any>} stops it; any: autocannon's result has no types here */
export function storm(options) {
  const instance = autocannon({ timeout: 60, duration: 3600, ...options });
  return () => {
    instance.stop();
    return instance;
  };
}

export const bearer = (/** @type {string} */ token) => ({ authorization: `Bearer ${token}` });
