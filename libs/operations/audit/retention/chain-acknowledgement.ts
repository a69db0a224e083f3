import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditTrail } from '../audit-trail';
import { TrailRoot } from '../root/trail-root';
import { EarlierChain } from '../sealing/audit-chain';
import { AuditSealer } from '../sealing/audit-sealer';
import { EarlierPart } from '../sealing/earlier-part';
import { SILENCE, WriterMarks } from '../writing/writer-marks';

export interface Acknowledged {
  /** Epoch milliseconds since when the trail was known to be broken; `null` where it was not. */
  brokenAt: number | null;
  /** Writers that ended without a last mark. */
  tails: number;
  /** Entries that the first release left without a seal: they are sealed as they stand. */
  leftBehind: number;
}

/** Ends the alarms of the trail, once somebody has looked: on record, and without making it whole. */
@Injectable()
export class ChainAcknowledgement {
  constructor(
    private readonly database: Database,
    private readonly root: TrailRoot,
    private readonly earlier: EarlierChain,
    private readonly part: EarlierPart,
    private readonly marks: WriterMarks,
    private readonly sealer: AuditSealer,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws ServiceUnavailable */
  async run(by: string, reason: string, dryRun = false): Promise<Acknowledged> {
    if (!dryRun) {
      await this.sealer.seal(); // what is wrong is on record before it is acknowledged
      await this.sealer.release();
    }
    const found = await this.look();
    const { brokenAt, tails, leftBehind } = found;
    if (dryRun || (brokenAt === null && tails === 0 && leftBehind === 0)) return found;
    await this.database.transaction(async () => {
      await this.audit.record({
        action: 'audit.acknowledged',
        actor: by,
        subject: 'audit',
        outcome: 'success',
        detail: {
          reason,
          brokenSince: brokenAt === null ? null : new Date(brokenAt).toISOString(),
          tails,
          leftBehind,
        },
      });
      for (const mark of await this.silent())
        await this.marks.move({ ...mark, state: 'given_up' }, [mark.mac]);
      const root = await this.root.lock();
      if (root.authenticity !== 'proven') return; // no sealer could repair it: its key is missing
      const earlier = leftBehind > 0 && root.earlier !== null ? await this.part.close() : null;
      await this.root.write({
        ...root,
        earlier: earlier ?? root.earlier,
        brokenAt: null,
        brokenReason: null,
      });
      await this.earlier.markWhole();
    });
    return found;
  }

  private async look(): Promise<Acknowledged> {
    const { brokenAt } = await this.root.read();
    return {
      brokenAt: brokenAt ?? (await this.earlier.head()).brokenAt,
      tails: (await this.silent()).length,
      leftBehind: (await this.earlier.waiting()).unsealed,
    };
  }

  private async silent() {
    const now = Date.now();
    return (await this.marks.all()).filter(
      ({ state, at, authenticity }) => state === 'open' && authenticity === 'proven' && now - at >= SILENCE,
    );
  }
}
