import { Place } from '../bench/place.mjs';
import { step } from '../console/step.mjs';
import { build, isBuilt } from '../setup/build.mjs';
import { prepareGround } from './ground.mjs';
import { HELP, readOptions } from './options.mjs';
import { explainHotStatements } from './plans.mjs';
import { PROFILES } from './profiles.mjs';
import { html } from './report/html.mjs';
import { machine, markdown } from './report/markdown.mjs';
import { save } from './report/save.mjs';
import { runProfile } from './run-profile.mjs';
import { scansSeen, watchForScans } from './scans.mjs';

/** @import { Outcome } from './run-profile.mjs' */

/** @param {string[]} args */
export async function load(args) {
  const options = readOptions(args);
  if (options.help) return void console.log(HELP);
  if (!isBuilt()) await step('Building', build);
  const place = await step('Starting a database', () => Place.open());
  try {
    await place.during(async () => {
      const ground = await step(`Adding ${options.people} people`, () =>
        prepareGround(place, options.people),
      );
      await watchForScans(ground.connection);
      /** @type {Outcome[]} */
      const outcomes = [];
      for (const name of options.profiles) {
        const profile = chosen(name, options.seconds);
        for (const side of options.baseline
          ? /** @type {const} */ (['local only', 'migrated'])
          : /** @type {const} */ (['migrated'])) {
          outcomes.push(
            await step(`${name}, ${side}, ${profile.seconds} s`, () =>
              runProfile(name, profile, ground, side),
            ),
          );
        }
      }
      const scans = await scansSeen(ground.connection);
      const plans = await step('Explaining what is asked', () => explainHotStatements(ground));
      const report = { ...machine(place.version, options.people), outcomes, scans, plans };
      const text = markdown(report);
      console.log(
        `\n${text}\n\nThe report: ${save({ json: report, md: text, html: html(report) }).join(', ')}`,
      );
    });
  } finally {
    await place.close();
  }
}

/** @param {string} name @param {number | null} seconds */
function chosen(name, seconds) {
  const profile = PROFILES.get(name);
  if (!profile) throw new Error(name); // readOptions has looked
  return seconds === null ? profile : { ...profile, seconds };
}
