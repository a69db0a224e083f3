import { Injectable } from '@nestjs/common';
import { type ReadRoot, TrailRoot } from '../root/trail-root';
import { CurrentChain, EarlierChain, type Waiting } from './audit-chain';
import { EarlierPart } from './earlier-part';

/** Of both trails. */
export interface Backlog extends Waiting {
  root: ReadRoot;
  /** Whether the root is to learn how far the first release's trail reaches. */
  isBehind: boolean;
  /** Epoch milliseconds since when the trail is known to be broken; `null` while it is not. */
  brokenAt: number | null;
}

/** The root, and what waits behind its head. */
@Injectable()
export class AuditBacklog {
  constructor(
    private readonly root: TrailRoot,
    private readonly current: CurrentChain,
    private readonly earlier: EarlierChain,
    private readonly part: EarlierPart,
  ) {}

  /** @throws ServiceUnavailable */
  async take(): Promise<Backlog> {
    const root = await this.root.read();
    const [now, before] = [await this.current.waiting(), await this.earlier.waiting()];
    return {
      root,
      unsealed: now.unsealed + before.unsealed,
      age: Math.max(now.age, before.age),
      isBehind: await this.part.isBehind(root.earlier),
      brokenAt: root.brokenAt ?? (await this.earlier.head()).brokenAt,
    };
  }
}
