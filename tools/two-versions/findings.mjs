import { step } from '../console/step.mjs';

/** What did not hold, by step. */
export class Findings {
  /** @type {{ title: string, faults: string[] }[]} */
  #steps = [];

  /** @param {string} title @param {() => Promise<(string | null)[]>} work answers what went wrong */
  async during(title, work) {
    await step(title, async (note) => {
      const faults = (await work()).filter((fault) => fault !== null);
      this.#steps.push({ title, faults });
      note(faults.length === 0 ? 'held' : `DID NOT HOLD: ${faults.length}`);
    });
  }

  /** @param {Promise<string | null>[]} uses */
  ofAll(uses) {
    return Promise.all(uses);
  }

  /** Prints what did not hold. @returns whether everything did */
  told() {
    const broken = this.#steps.filter(({ faults }) => faults.length > 0);
    for (const { title, faults } of broken) {
      console.log(`\n  ${title}:`);
      for (const fault of faults.slice(0, 10)) console.log(`    ${fault}`);
      if (faults.length > 10) console.log(`    and ${faults.length - 10} more`);
    }
    console.log(`\n  ${this.#steps.length - broken.length} of ${this.#steps.length} steps held.`);
    return broken.length === 0;
  }
}
