/** Something that can't be had or done, in one sentence for the person at the keyboard; `details` go above it. */
export class Stopped extends Error {
  /**
   * @param {string} sentence
   * @param {string} [details] output of whatever failed
   */
  constructor(sentence, details = '') {
    super(sentence);
    this.name = 'Stopped';
    this.details = details;
  }
}

/** @param {unknown} error */
export function explain(error) {
  if (!(error instanceof Stopped)) return console.error(error);
  if (error.details) console.error(`\n${error.details.trimEnd()}`);
  console.error(`\n${error.message}`);
}
