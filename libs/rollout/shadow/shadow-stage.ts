import { Injectable, Logger } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Database } from '@cutover/database';
import { VersionConflict } from '../errors';
import { RolloutPolicyStore } from '../policy/rollout-policy.store';
import { RolloutService } from '../rollout.service';
import type { ShadowFinding } from './shadow-finding';

/** Milliseconds by the database's clock: nobody is checked more often. */
const DAY = 24 * 60 * 60 * 1000;

/** Times that a stop is tried while others decide. */
const ATTEMPTS = 3;

/** The stage `shadow`: whether it is open, whom it has checked, what it found, and its end. */
@Injectable()
export class ShadowStage {
  private readonly logger = new Logger(ShadowStage.name);

  constructor(
    private readonly settings: SettingsService,
    private readonly database: Database,
    private readonly policies: RolloutPolicyStore,
    private readonly rollout: RolloutService,
  ) {}

  /** A hold stops it, whatever it was set for. */
  async isOpen(): Promise<boolean> {
    if (!this.settings.get('useExternalAuth', { infer: true })) return false;
    const { stage, hold } = await this.policies.current();
    return stage === 'shadow' && hold === null;
  }

  /** Whether a person's check of the day is still to be made. */
  async isDue(userId: number): Promise<boolean> {
    const rows = await this.database.query(
      `SELECT 1 FROM cutover_shadow_checks WHERE user_id = ? AND claimed_at > ${this.database.clock} - ${DAY}`,
      [userId],
    );
    return rows.length === 0;
  }

  /** Takes a person's check of the day, for one process and once. @returns false where it is taken */
  async claim(userId: number): Promise<boolean> {
    const { clock, engine } = this.database;
    const { affected } = await this.database.execute(
      `UPDATE cutover_shadow_checks SET claimed_at = ${clock} WHERE user_id = ? AND claimed_at <= ${clock} - ${DAY}`,
      [userId],
    );
    if (affected === 1) return true;
    const first = await this.database.execute(
      `INSERT ${engine === 'mysql' ? 'IGNORE' : 'OR IGNORE'} INTO cutover_shadow_checks (user_id, claimed_at)
       VALUES (?, ${clock})`,
      [userId],
    );
    return first.affected === 1;
  }

  /** @param objectId whom the external side took the person for, where it let them in */
  async keep(userId: number, finding: ShadowFinding, objectId: string | null): Promise<void> {
    await this.database.execute(
      `UPDATE cutover_shadow_checks SET finding = ?, object_id = ?, checked_at = ${this.database.clock}
       WHERE user_id = ?`,
      [finding, objectId, userId],
    );
  }

  /** How many people were checked, by what was found. */
  async counts(): Promise<Partial<Record<ShadowFinding, number>>> {
    const rows = await this.database.query<{ finding: ShadowFinding; count: number }>(
      `SELECT finding, COUNT(*) AS count FROM cutover_shadow_checks WHERE finding IS NOT NULL GROUP BY finding`,
    );
    return Object.fromEntries(rows.map(({ finding, count }) => [finding, Number(count)]));
  }

  /** Puts the rollout on hold, in every process: no check is made until a person lifts it. */
  async stop(why: string): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { stage, percent, version, hold } = await this.policies.latest();
      if (stage !== 'shadow' || hold !== null) return;
      const reason = `shadow stopped: ${why}`;
      try {
        await this.rollout.change({ stage, percent, reason, hold: reason }, version, {
          userId: null,
          name: 'cutover',
        });
        this.logger.error({ alert: true, why }, 'the stage shadow stopped');
        return;
      } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
      }
    }
  }
}
