import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditTrail } from '../audit-trail';
import { AuditChain } from '../sealing/audit-chain';

/** Ends the alarm of a broken chain, once somebody has looked: on record, and without making it whole. */
@Injectable()
export class ChainAcknowledgement {
  constructor(
    private readonly database: Database,
    private readonly chain: AuditChain,
    private readonly audit: AuditTrail,
  ) {}

  /** @returns since when it was known (epoch milliseconds); `null` where there is nothing to acknowledge */
  async run(by: string, reason: string, dryRun = false): Promise<number | null> {
    const { brokenAt } = await this.chain.head();
    if (brokenAt === null || dryRun) return brokenAt;
    await this.database.transaction(async () => {
      await this.chain.markWhole();
      await this.audit.record({
        action: 'audit.acknowledged',
        actor: by,
        subject: 'audit',
        outcome: 'success',
        detail: { reason, brokenSince: new Date(brokenAt).toISOString() },
      });
    });
    return brokenAt;
  }
}
