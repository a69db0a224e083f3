import type { Database } from '@cutover/database';
import type { SignInOutcome } from '../evidence/sign-in-outcomes';

/** A sign-in on a person's own device, in 100 ms, now. */
const PLAIN = {
  side: 'local',
  outcome: 'success',
  code: null,
  duration: 100,
  knownDevice: true,
  fallback: false,
};

export type OutcomeRow = Partial<SignInOutcome> & {
  /** Milliseconds. */
  ago?: number;
};

/** What sign-ins would have left, all in one statement. */
export async function insertOutcomes(database: Database, rows: readonly OutcomeRow[]): Promise<void> {
  const now = Date.now();
  const parameters = rows.flatMap((row) => {
    const {
      ago = 0,
      userId = null,
      side,
      outcome,
      code,
      duration,
      knownDevice,
      fallback,
    } = { ...PLAIN, ...row };
    return [now - ago, userId, side, outcome, code, duration, Number(knownDevice), Number(fallback)];
  });
  await database.execute(
    `INSERT INTO cutover_sign_in_outcomes
       (at, user_id, side, outcome, code, duration_ms, known_device, fallback, stage, policy_version)
     VALUES ${rows.map(() => `(?, ?, ?, ?, ?, ?, ?, ?, 'percent', 1)`).join(', ')}`,
    parameters,
  );
}
