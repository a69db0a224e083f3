import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditKeys } from '../audit-keys';
import type { Mark, Root } from '../root/trail-root';
import { EarlierChain, type Seal } from './audit-chain';
import { sealOf } from './seal';

type Extent = Pick<Root, 'earlier' | 'earlierPruned'>;

/** Entries in one transaction. */
const SET = 500;

/**
 * The trail of the first release, whose rows have no MAC. They are sealed once as they stand, and how far they reach is
 * kept in the root; from then on nothing here seals any of them. A process of that release that runs still does: its
 * seals show that a holder of the key was at work, and what they reach to is kept in the root too.
 */
@Injectable()
export class EarlierPart {
  private readonly owner = randomUUID();

  constructor(
    private readonly chain: EarlierChain,
    private readonly keys: AuditKeys,
  ) {}

  /** Whether {@link reach} would find more than the root says. */
  async isBehind(earlier: Mark | null): Promise<boolean> {
    return earlier === null || (await this.chain.head()).sequence > earlier.sequence;
  }

  /**
   * What the root is to say of it, in the transaction that changes the root. It says nothing as long as a process of the
   * first release has the lease, or more waits than one set.
   */
  async reach({ earlier, earlierPruned }: Extent): Promise<Extent> {
    if (earlier !== null) return { earlier: await this.follow(earlier), earlierPruned };
    const end = await this.close();
    const [first] = end === null ? [] : await this.chain.page(Number.MIN_SAFE_INTEGER, 1);
    return {
      earlier: end,
      earlierPruned: first ? { sequence: first.sequence - 1, hmac: first.previous } : earlierPruned,
    };
  }

  /** Seals what waits, as it stands. @returns how far it reaches; `null` where there is more, or somebody else does it */
  async close(): Promise<Mark | null> {
    if (!(await this.chain.hold(this.owner))) return null;
    const { sequence, hmac } = await this.chain.head();
    const entries = await this.chain.unsealed(SET);
    const seals: Seal[] = [];
    for (const entry of entries) {
      const place = { sequence: sequence + seals.length + 1, previous: seals.at(-1)?.hmac ?? hmac };
      const { current } = this.keys;
      seals.push({ ...place, entryId: entry.id, kid: current.kid, hmac: sealOf(current, place, entry) });
    }
    const head = seals.at(-1) ?? { sequence, hmac };
    if (seals.length > 0) {
      await this.chain.append(seals);
      await this.chain.moveHead(head);
    }
    await this.chain.release(this.owner);
    return entries.length < SET ? { sequence: head.sequence, hmac: head.hmac } : null;
  }

  /** Goes on as far as seals of a holder of the key do. */
  private async follow(earlier: Mark): Promise<Mark> {
    let reached = earlier;
    for (const row of await this.chain.page(earlier.sequence, SET)) {
      const key = this.keys.find(row.kid);
      const follows = row.sequence === reached.sequence + 1 && row.previous === reached.hmac;
      if (!follows || !key || row.entry === null || sealOf(key, row, row.entry) !== row.hmac) return reached;
      reached = { sequence: row.sequence, hmac: row.hmac };
    }
    return reached;
  }
}
