import type { ReadinessReport } from '@cutover/contracts';
import type { Rehearsal } from '../rehearsal';
import { LOCAL } from '../sign-ins/promises';
import { signInAll } from '../sign-ins/round';

/** Milliseconds without a new finding after which the checks are through. */
const QUIET = 1000;
/** Times that those of whom nothing was found out sign in again: the API lets only so many checks wait. */
const MOST_TRIES = 5;

/** Everybody signs in as before, and is tried over there in the background; who would fail is pinned. */
export async function shadow(rehearsal: Rehearsal): Promise<void> {
  await rehearsal.decide(['set', 'shadow', '--reason', 'the rehearsal asks who is ready']);
  await rehearsal.round('shadow', LOCAL);
  let findings = await settled(rehearsal);
  for (let attempt = 1; attempt < MOST_TRIES; attempt++) {
    const unknown = rehearsal.sample.filter(({ id, active }) => active && !findings.has(id));
    await signInAll(rehearsal.portal, unknown);
    const found = findings.size;
    findings = await settled(rehearsal);
    if (findings.size === found) break;
  }
  const report = await rehearsal.programs.cutover<ReadinessReport>(['rollout', 'readiness']);
  const pinned = await pinThoseWhoWouldFail(rehearsal, findings);
  const { ready, atRisk, unknown, reasons } = report;
  rehearsal.result.readiness = { ready, atRisk, unknown, reasons: { ...reasons }, pinned };
}

/** Waits until nothing more is found. @returns what was found, by the person's id */
async function settled({ scratch, wait }: Rehearsal): Promise<Map<number, string>> {
  for (let before = -1; ;) {
    const rows = await scratch.database.query<{ id: number; finding: string }>(
      `SELECT user_id AS id, finding FROM cutover_shadow_checks WHERE finding IS NOT NULL`,
    );
    if (rows.length === before) return new Map(rows.map(({ id, finding }) => [id, finding]));
    before = rows.length;
    await wait(QUIET);
  }
}

/** Whose password is another one over there would be sent over by a stage: they stay until they know. */
async function pinThoseWhoWouldFail(
  { sample, programs }: Rehearsal,
  findings: ReadonlyMap<number, string>,
): Promise<number> {
  const people = sample.filter(({ id }) => findings.get(id) === 'password_differs');
  for (const person of people) {
    await programs.cutover(['rollout', 'pin', '--', person.username, 'local']);
    person.pin = 'local';
  }
  return people.length;
}
