import { join } from 'node:path';
import { standInSettings } from '@cutover/contracts';
import { standInPerson, writeExport } from '../people/directory-export';
import { StandIn } from '../processes/stand-in';
import type { Rehearsal } from '../rehearsal';
import { LOCAL } from '../sign-ins/promises';

/** The provider's stand-in with the sample's accounts, its export of everybody, and the API. */
export async function start(rehearsal: Rehearsal): Promise<void> {
  const { programs, people, sample, seeded, folder } = rehearsal;
  const url = await programs.startStandIn();
  rehearsal.standIn = new StandIn(url);
  await rehearsal.standIn.add(sample.map(standInPerson).filter((person) => person !== null));
  programs.settings = { ...programs.settings, ...standInSettings(url) };
  await writeExport(join(folder, EXPORT), people, seeded);
  rehearsal.portal.url = await programs.startApi();
  // A backup may have brought back a stage.
  if (!rehearsal.isMade)
    await rehearsal.decide(['set', 'off', '--lift-hold', '--reason', 'the rehearsal begins']);
}

export const EXPORT = 'exportUsers.csv';

/** As it is today; what the later stages are measured by. */
export async function before(rehearsal: Rehearsal): Promise<void> {
  await rehearsal.round('off', LOCAL);
}
