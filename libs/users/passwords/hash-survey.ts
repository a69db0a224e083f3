import { Injectable, Logger } from '@nestjs/common';
import { Database } from '@cutover/database';
import { COSTLIEST, costOf, dummyOf } from './hash-cost';
import { type HashPlan, planFor } from './hash-format';
import { HashThreads } from './hash-threads';
import { readingHashes } from './local-passwords';

export interface UnverifiableHash {
  id: number;
  username: string;
  reason: string;
}

/** What refusals are made to look like: the dearest work that any stored hash asks for. */
export interface Costliest {
  dummy: HashPlan;
  /** Milliseconds that the dummy takes while the machine has nothing else to do. */
  cost: number;
}

interface Survey {
  costliest: Costliest;
  unverifiable: UnverifiableHash[];
}

/** Rows read at once. */
const BATCH = 5000;
/** Milliseconds after which the stored hashes are looked at again, in the background. */
const STALE_AFTER = 600_000;

/** Stands for a table without hashes: what `cutover users add` would store. */
const DEFAULT_PLAN: HashPlan = {
  scheme: 'argon2',
  encoded: `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
  memory: 19_456,
  passes: 2,
};

/** Which hashes the table holds: what they cost to check here, and which of them cannot be checked at all. */
@Injectable()
export class HashSurvey {
  private readonly logger = new Logger(HashSurvey.name);
  private latest: Promise<Survey> | null = null;
  private takenAt = 0;

  constructor(
    private readonly database: Database,
    private readonly threads: HashThreads,
  ) {}

  /** The work for a stored hash; `null` where it is unknown or would cost too much here. */
  async verifiablePlan(stored: string): Promise<HashPlan | null> {
    const plan = planFor(stored);
    return plan && costOf(plan, await this.threads.units()) <= COSTLIEST ? plan : null;
  }

  /** Why a stored hash lets nobody in here; `null` for one that does, with the right password. */
  async faultOf(stored: string): Promise<string | null> {
    const plan = planFor(stored);
    const cost = plan ? costOf(plan, await this.threads.units()) : Infinity;
    return cost > COSTLIEST ? reasonFor(plan, cost) : null;
  }

  /** How much longer than expected a check took. */
  async slowdown(plan: HashPlan, took: number): Promise<number> {
    return took / costOf(plan, await this.threads.units());
  }

  async costliest(): Promise<Costliest> {
    const survey = this.latest ?? this.take();
    if (Date.now() - this.takenAt > STALE_AFTER) void this.take();
    return (await survey).costliest;
  }

  async unverifiable(): Promise<UnverifiableHash[]> {
    return (await this.take()).unverifiable;
  }

  private take(): Promise<Survey> {
    this.takenAt = Date.now();
    const taken = this.survey();
    // A survey that fails must not be kept: the next refusal asks again.
    taken.catch((error: unknown) => {
      this.latest = null;
      this.logger.error({ err: error }, 'the stored password hashes could not be read');
    });
    this.latest = taken;
    return taken;
  }

  private async survey(): Promise<Survey> {
    const units = await this.threads.units();
    const unverifiable: UnverifiableHash[] = [];
    let costliest = { plan: DEFAULT_PLAN, cost: costOf(DEFAULT_PLAN, units) };
    for await (const { id, username, stored } of this.stored()) {
      const plan = planFor(stored);
      const cost = plan ? costOf(plan, units) : Infinity;
      if (!plan || cost > COSTLIEST) unverifiable.push({ id, username, reason: reasonFor(plan, cost) });
      else if (cost > costliest.cost) costliest = { plan, cost };
    }
    if (unverifiable.length > 0) {
      this.logger.warn(
        `${unverifiable.length} user(s) have a password hash that cannot be checked; "cutover users list --problems" names them`,
      );
    }
    return { costliest: { dummy: dummyOf(costliest.plan), cost: costliest.cost }, unverifiable };
  }

  private async *stored(): AsyncGenerator<{ id: number; username: string; stored: string }> {
    let after = -1;
    for (;;) {
      const rows = await readingHashes((column) =>
        this.database.query<{ id: number; username: string; stored: string | null }>(
          `SELECT id, username, ${column} AS stored FROM users WHERE ${column} IS NOT NULL AND id > ? ORDER BY id LIMIT ${BATCH}`,
          [after],
        ),
      );
      for (const row of rows) if (row.stored !== null) yield { ...row, stored: row.stored };
      const last = rows.at(-1);
      if (!last || rows.length < BATCH) return;
      after = last.id;
    }
  }
}

function reasonFor(plan: HashPlan | null, cost: number): string {
  if (!plan) return 'unknown hash format';
  return Number.isFinite(cost)
    ? `hash would take about ${Math.round(cost)} ms to check here`
    : 'hash asks for too much memory';
}
