import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { type AuthMode, ProblemError, type ProblemCode } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { Metrics } from '@cutover/operations';
import type { RolloutPolicy } from '../policy/rollout-policy';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';

/** Milliseconds in which the outcomes of all sign-ins are gathered for one statement. */
const GATHERING = 500;
/** Rows of one statement. */
const BATCH = 500;
/** Outcomes that wait to be written; while the database is away, more are forgotten. */
const MOST_WAITING = 10_000;
/** Milliseconds: 35 days. */
const KEEP = 35 * 24 * 60 * 60 * 1000;
/** Rows that one round of the purge removes. */
const PURGE_BATCH = 5000;

const COLUMNS = `(at, user_id, side, outcome, code, duration_ms, known_device, fallback, stage, policy_version)`;

/** How one attempt to sign in came out. */
export interface SignInOutcome {
  /** `null` for a name that no row, or more than one, has. */
  userId: number | null;
  /** The side that answered. */
  side: AuthMode;
  /** `refused`: something is wrong with the person's sign-in. `fault`: something is wrong with a side. */
  outcome: 'success' | 'refused' | 'fault';
  code: ProblemCode | null;
  /** Milliseconds. */
  duration: number;
  /** From a browser that this person has signed in with before. */
  knownDevice: boolean;
  /** The local side answered because the external one was down. */
  fallback: boolean;
}

interface Waiting extends SignInOutcome {
  /** By `performance.now()`. */
  notedAt: number;
  policy: Promise<RolloutPolicy | null>;
}

/**
 * Keeps how every sign-in came out: what guardrails and `rollout verify` judge by. Nobody's sign-in waits for it or
 * fails with it: outcomes are gathered and written in sets.
 */
@Injectable()
export class SignInOutcomes implements OnModuleDestroy {
  private readonly logger = new Logger(SignInOutcomes.name);
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly policies: RolloutPolicyStore,
    private readonly metrics: Metrics,
  ) {}

  note(outcome: SignInOutcome): void {
    const labels = { mode: outcome.side, outcome: outcome.outcome };
    this.metrics.signInAttempts.inc({ ...labels, code: outcome.code ?? 'none' });
    this.metrics.signInDuration.observe(labels, outcome.duration / 1000);
    if (this.waiting.length >= MOST_WAITING) return;
    // The decision under which it happened; routing has just read it, so that this asks nobody.
    const policy = this.policies.current().catch(() => null);
    this.waiting.push({ ...outcome, notedAt: performance.now(), policy });
    this.timer ??= setTimeout(() => void this.flush(), GATHERING);
  }

  async onModuleDestroy(): Promise<void> {
    await this.flush();
  }

  /** Writes what waits. Never rejects: what cannot be written is said and forgotten. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const waiting = this.waiting;
    this.waiting = [];
    for (let start = 0; start < waiting.length; start += BATCH) {
      const batch = waiting.slice(start, start + BATCH);
      try {
        await this.write(batch);
      } catch (error) {
        const cause = error instanceof ProblemError ? error.cause : error;
        this.logger.warn({ err: cause, outcomes: batch.length }, 'outcomes of sign-ins were not kept');
      }
    }
  }

  /** Removes some of what is older than {@link KEEP}; called again and again it removes all of it. */
  async purge(now = Date.now()): Promise<void> {
    const [row] = await this.database.query<{ last: number | null }>(
      `SELECT MAX(id) AS last FROM (SELECT id FROM cutover_sign_in_outcomes WHERE at < ? ORDER BY at LIMIT ${PURGE_BATCH}) old`,
      [now - KEEP],
    );
    if (row?.last == null) return;
    await this.database.execute(`DELETE FROM cutover_sign_in_outcomes WHERE id <= ? AND at < ?`, [
      row.last,
      now - KEEP,
    ]);
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    const rows = await Promise.all(batch.map(async (outcome) => parametersOf(outcome, await outcome.policy)));
    const known = rows.filter((row) => row !== null);
    if (known.length === 0) return;
    const { clock } = this.database;
    const places = `(${clock} - ?${', ?'.repeat(9)})`;
    await this.database.execute(
      `INSERT INTO cutover_sign_in_outcomes ${COLUMNS} VALUES ${known.map(() => places).join(', ')}`,
      known.flat(),
    );
  }
}

/** `null` where nobody knows under which decision it happened: the database was away. */
function parametersOf(outcome: Waiting, policy: RolloutPolicy | null): unknown[] | null {
  if (policy === null) return null;
  return [
    Math.max(0, Math.round(performance.now() - outcome.notedAt)),
    outcome.userId,
    outcome.side,
    outcome.outcome,
    outcome.code,
    Math.round(outcome.duration),
    Number(outcome.knownDevice),
    Number(outcome.fallback),
    policy.stage,
    policy.version,
  ];
}
