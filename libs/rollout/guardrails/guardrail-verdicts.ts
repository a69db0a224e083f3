import { Injectable } from '@nestjs/common';
import type { Stage } from '@cutover/contracts';
import { Database } from '@cutover/database';
import { AuditTrail } from '@cutover/operations';
import type { RolloutPolicy } from '../policy/rollout-policy';
import type { GuardrailFigures, Judgement, Verdict } from './verdict';

/** What followed: the rollout went back, or was put on hold. */
export type GuardrailAction = 'back' | 'hold';

export interface GuardrailVerdict {
  /** RFC 3339, UTC. */
  at: string;
  stage: Stage;
  percent: number;
  verdict: Verdict;
  reasons: string[];
  figures: GuardrailFigures;
  action: GuardrailAction | null;
}

interface VerdictRow extends Omit<GuardrailVerdict, 'at' | 'reasons' | 'figures'> {
  at: number;
  reasons: string;
  figures: string;
}

/** Milliseconds: 180 days. */
const KEEP = 180 * 24 * 60 * 60 * 1000;

/** Every verdict with its figures. The number of an evaluation is its claim: one process makes it. */
@Injectable()
export class GuardrailVerdicts {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditTrail,
  ) {}

  /** Epoch milliseconds by the database's clock. */
  async now(): Promise<number> {
    const [row] = await this.database.query<{ now: number }>(`SELECT ${this.database.clock} AS now`);
    return Number(row?.now);
  }

  /** @returns false where another process makes this evaluation */
  async claim(
    evaluation: number,
    at: number,
    { version, stage, percent }: Pick<RolloutPolicy, 'version' | 'stage' | 'percent'>,
  ): Promise<boolean> {
    const { affected } = await this.database.execute(
      `INSERT ${this.database.engine === 'mysql' ? 'IGNORE' : 'OR IGNORE'} INTO cutover_guardrail_verdicts
         (evaluation, at, policy_version, stage, percent) VALUES (?, ?, ?, ?, ?)`,
      [evaluation, at, version, stage, percent],
    );
    return affected === 1;
  }

  async keep(evaluation: number, { verdict, reasons }: Judgement, figures: GuardrailFigures): Promise<void> {
    await this.database.transaction(async () => {
      await this.database.execute(
        `UPDATE cutover_guardrail_verdicts SET verdict = ?, reasons = ?, figures = ? WHERE evaluation = ?`,
        [verdict, JSON.stringify(reasons), JSON.stringify(figures), evaluation],
      );
      await this.audit.record({
        action: 'guardrail.verdict',
        actor: 'cutover',
        subject: 'rollout',
        outcome: verdict === 'failing' ? 'failure' : 'success',
        code: verdict,
        detail: { evaluation, reasons: reasons.join('; ') },
      });
    });
  }

  async acted(evaluation: number, action: GuardrailAction): Promise<void> {
    await this.database.execute(`UPDATE cutover_guardrail_verdicts SET action = ? WHERE evaluation = ?`, [
      action,
      evaluation,
    ]);
  }

  /** The newest first. @param since epoch milliseconds */
  async since(since: number, most: number): Promise<GuardrailVerdict[]> {
    const rows = await this.database.query<VerdictRow>(
      `SELECT at, stage, percent, verdict, reasons, figures, action FROM cutover_guardrail_verdicts
       WHERE verdict IS NOT NULL AND at >= ? ORDER BY at DESC LIMIT ?`,
      [since, most],
    );
    return rows.map((row) => ({
      ...row,
      at: new Date(row.at).toISOString(),
      reasons: JSON.parse(row.reasons) as string[],
      figures: JSON.parse(row.figures) as GuardrailFigures,
    }));
  }

  /** Versions of decisions that a guardrail went back from. */
  async versionsLeft(): Promise<ReadonlySet<number>> {
    const rows = await this.database.query<{ version: number }>(
      `SELECT policy_version AS version FROM cutover_guardrail_verdicts WHERE action = 'back'`,
    );
    return new Set(rows.map(({ version }) => version));
  }

  async purge(now: number): Promise<void> {
    await this.database.execute(`DELETE FROM cutover_guardrail_verdicts WHERE at < ?`, [now - KEEP]);
  }
}
