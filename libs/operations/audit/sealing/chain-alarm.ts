import { Injectable, Logger } from '@nestjs/common';
import { Database } from '@cutover/database';
import { Metrics } from '../../metrics/metrics';
import { AuditTrail } from '../audit-trail';
import { type Mark, type Root, TrailRoot } from '../root/trail-root';

/** Characters, as the column holds them. */
const LONGEST = 255;

/** What happens when somebody is found to have changed the trail: on record, in the log, counted, and until acknowledged. */
@Injectable()
export class ChainAlarm {
  private readonly logger = new Logger('audit');

  constructor(
    private readonly database: Database,
    private readonly root: TrailRoot,
    private readonly audit: AuditTrail,
    private readonly metrics: Metrics,
  ) {}

  /** On its own. @throws ServiceUnavailable */
  async record(reason: string): Promise<void> {
    await this.database.transaction(async () => {
      await this.recordAt((await this.root.read()).head, reason);
      const root = await this.root.lock(); // again: the entry may have been the first of its writer
      if (root.authenticity === 'proven') await this.root.write(broken(root, reason));
    });
  }

  /** In the transaction of whoever found it. @param head where the chain was found to end */
  async recordAt({ sequence, hmac }: Mark, reason: string): Promise<void> {
    await this.audit.record({
      action: 'audit.chain_broken',
      actor: 'cutover',
      subject: 'audit',
      outcome: 'failure',
      detail: { reason, sequence, hmac },
    });
  }

  sound(reason: string): void {
    this.metrics.auditChainBreaks.inc();
    this.logger.error({ reason, alert: true }, 'the audit trail is broken');
  }
}

/** The first moment and reason stay, until somebody acknowledges them. */
export const broken = <R extends Root>(root: R, reason: string): R =>
  root.brokenAt === null
    ? { ...root, brokenAt: Date.now(), brokenReason: [...reason].slice(0, LONGEST).join('') }
    : root;
