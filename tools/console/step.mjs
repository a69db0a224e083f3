const HEARTBEAT = 15_000; // milliseconds; often enough that nobody thinks it hangs, also in a log

const seconds = (/** @type {number} */ since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs one step and says so: what is being done while it lasts, one line with its time when it is over.
 *
 * @template T
 * @param {string} title
 * @param {(note: (text: string) => void) => Promise<T>} work `note` adds a remark to the final line
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const started = Date.now();
  const live = process.stdout.isTTY ? drawn(title, started) : told(title, started);
  let remark = '';
  try {
    const result = await work((text) => (remark = `  ${text}`));
    live.over(`  ✓ ${title.padEnd(44)} ${seconds(started).padStart(8)}${remark}`);
    return result;
  } catch (error) {
    live.over(`  ✗ ${title.padEnd(44)} ${seconds(started).padStart(8)}`);
    throw error;
  }
}

/** On a terminal: one line, redrawn with the seconds that have passed. */
function drawn(title, started) {
  const draw = () =>
    process.stdout.write(`\r\x1b[2K  … ${title} (${Math.round((Date.now() - started) / 1000)} s)`);
  draw();
  const timer = setInterval(draw, 1000);
  return {
    over(line) {
      clearInterval(timer);
      process.stdout.write(`\r\x1b[2K${line}\n`);
    },
  };
}

/** In a log: a line now and then for what takes long, and the final one. */
function told(title, started) {
  const timer = setInterval(() => console.log(`  … ${title} (${seconds(started)})`), HEARTBEAT);
  return {
    over(line) {
      clearInterval(timer);
      console.log(line);
    },
  };
}
