import { Stopped } from '../console/stopped.mjs';
import { step } from '../console/step.mjs';
import { build, isBuilt } from '../setup/build.mjs';
import { Place } from './place.mjs';
import { markdown, save } from './report.mjs';
import { auditSealing } from './rows/audit-sealing.mjs';
import { authenticatedRequest } from './rows/authenticated-request.mjs';
import { circuitOpen } from './rows/circuit-open.mjs';
import { externalSignIn } from './rows/external-sign-in.mjs';
import { observability } from './rows/observability.mjs';
import { refreshSweep } from './rows/refresh-sweep.mjs';
import { startAndMemory } from './rows/start-and-memory.mjs';
import { underSignIns } from './rows/under-sign-ins.mjs';

/**
 * One line of the table.
 *
 * @typedef {object} Result
 * @property {string} work what was measured
 * @property {string} bare the bare limit's figure
 * @property {string} ours our figure
 * @property {number} ratio ours to the bare limit
 * @property {string} aim what the ratio should be (design section 10)
 * @property {string} [note]
 * @property {Record<string, number[]>} samples every single measurement behind it
 */

/** @type {Map<string, (place: Place) => Promise<Result[]>>} */
const ROWS = new Map(
  Object.entries({
    me: authenticatedRequest,
    storm: underSignIns,
    'sign-in': externalSignIn,
    sealing: auditSealing,
    observability,
    outage: circuitOpen,
    sweep: refreshSweep,
    start: startAndMemory,
  }),
);

/** @param {string[]} names of rows; none means all */
export async function bench(names) {
  const chosen = names.length > 0 ? names : [...ROWS.keys()];
  const rows = chosen.map((name) => {
    const row = ROWS.get(name);
    if (!row) throw new Stopped(`There is no ${name} to measure, but ${[...ROWS.keys()].join(', ')}.`);
    return { name, row };
  });
  if (!isBuilt()) await step('Building', build);
  const place = await step('Starting a database', () => Place.open());
  /** @type {Result[]} */
  const results = [];
  try {
    for (const { name, row } of rows) {
      results.push(...(await step(`Measuring ${name}`, () => place.during(row))));
    }
  } finally {
    await place.close();
  }
  console.log(`\n${markdown(results)}\n\nEvery measurement: ${save(results, place.version)}`);
}
