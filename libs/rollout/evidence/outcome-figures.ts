import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';

/** Sign-ins of one side in a span of time. */
export interface SideFigures {
  /** Distinct people who got in, met a fault, or were refused on a device that they have signed in with before. */
  people: number;
  /** Of these: who met a fault. */
  faulty: number;
  /** Of these: whom the other side turned away for what the migration brought, on a device of theirs. */
  refused: number;
  /** Sign-ins that succeeded. */
  successes: number;
  /** Milliseconds within which 95 of 100 of them were answered; `null` without any. */
  p95: number | null;
}

/** Wrong passwords and lockouts of the people of a span of time, against their own habit before it. */
export interface GuessFigures {
  /** Those with a habit to compare with. */
  people: number;
  /** Mean share, 0 to 1, of a person's attempts that failed so. */
  now: number;
  before: number;
}

/** Epoch milliseconds; the end is not included. */
export interface Span {
  from: number;
  to: number;
}

const quoted = (codes: readonly string[]) => codes.map((code) => `'${code}'`).join(', ');

/** Something is wrong with a side, whoever asks. */
const FAULTS = quoted(['external_unavailable', 'external_misconfigured', 'internal_error']);
/** The same where a person's own device meets it; from anywhere else it may be the doing of a flood. */
const CROWDED = quoted(['rate_limited', 'service_busy']);
/** The person's old password would have done, and now it does not do. */
const BY_MIGRATION = quoted(['mfa_required', 'password_expired', 'account_disabled', 'account_conflict']);
const GUESSES = quoted(['invalid_credentials', 'account_locked']);

const SIDES = {
  external: `(side = 'external' OR fallback = 1)`,
  local: `(side = 'local' AND fallback = 0)`,
};
export type Side = keyof typeof SIDES;

const IN_SPAN = `at >= ? AND at < ? AND user_id IS NOT NULL`;
const IS_FAULT = `(fallback = 1 OR code IN (${FAULTS}) OR (known_device = 1 AND code IN (${CROWDED})))`;
/** Anybody can be refused under anybody's name: on a device that is not theirs it says nothing of the person. */
const IS_THEIRS = `(outcome <> 'refused' OR known_device = 1)`;
const WRONG = `AVG(CASE WHEN code IN (${GUESSES}) THEN 1.0 ELSE 0.0 END)`;

/**
 * What the outcomes of sign-ins add up to. People count, not requests, and names that nobody has do not: how often
 * somebody tries must not weigh.
 */
@Injectable()
export class OutcomeFigures {
  constructor(private readonly database: Database) {}

  async of(side: Side, { from, to }: Span): Promise<SideFigures> {
    const where = `${IN_SPAN} AND ${SIDES[side]}`;
    const [row] = await this.database.query<
      Record<'people' | 'faulty' | 'refused' | 'successes', number | null>
    >(
      `SELECT COUNT(*) AS people, SUM(faulty) AS faulty, SUM(refused) AS refused, SUM(successes) AS successes FROM (
         SELECT MAX(CASE WHEN ${IS_FAULT} THEN 1 ELSE 0 END) AS faulty,
           MAX(CASE WHEN known_device = 1 AND code IN (${BY_MIGRATION}) THEN 1 ELSE 0 END) AS refused,
           SUM(CASE WHEN outcome = 'success' AND fallback = 0 THEN 1 ELSE 0 END) AS successes
         FROM cutover_sign_in_outcomes WHERE ${where} AND ${IS_THEIRS} GROUP BY user_id) AS people`,
      [from, to],
    );
    const successes = Number(row?.successes ?? 0);
    return {
      people: Number(row?.people ?? 0),
      faulty: Number(row?.faulty ?? 0),
      refused: Number(row?.refused ?? 0),
      successes,
      p95: successes === 0 ? null : await this.percentile(where, { from, to }, successes),
    };
  }

  /** @param habit the span before, in which the same people are looked at on either side */
  async guesses({ from, to }: Span, habit: Span): Promise<GuessFigures> {
    const [row] = await this.database.query<Record<'people' | 'now' | 'before', number | string | null>>(
      `SELECT COUNT(*) AS people, AVG(w.share) AS now, AVG(h.share) AS \`before\` FROM
         (SELECT user_id, ${WRONG} AS share FROM cutover_sign_in_outcomes
          WHERE ${IN_SPAN} AND ${SIDES.external} GROUP BY user_id) AS w
         JOIN (SELECT user_id, ${WRONG} AS share FROM cutover_sign_in_outcomes WHERE ${IN_SPAN} GROUP BY user_id) AS h
           ON h.user_id = w.user_id`,
      [from, to, habit.from, habit.to],
    );
    return {
      people: Number(row?.people ?? 0),
      now: Number(row?.now ?? 0),
      before: Number(row?.before ?? 0),
    };
  }

  /** By nearest rank. */
  private async percentile(where: string, { from, to }: Span, count: number): Promise<number | null> {
    const [row] = await this.database.query<{ duration: number }>(
      `SELECT duration_ms AS duration FROM cutover_sign_in_outcomes
       WHERE ${where} AND outcome = 'success' AND fallback = 0 ORDER BY duration_ms LIMIT 1 OFFSET ?`,
      [from, to, Math.ceil(0.95 * count) - 1],
    );
    return row?.duration ?? null;
  }
}
