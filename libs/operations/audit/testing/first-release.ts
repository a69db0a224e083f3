import type { Database } from '@cutover/database';
import { AuditKeys } from '../audit-keys';
import { EarlierChain, type Seal } from '../sealing/audit-chain';
import { sealOf } from '../sealing/seal';

/** What a process of the first release does with the trail: it writes its own table, and seals whatever waits there. */
export class FirstRelease {
  private readonly chain = new EarlierChain(this.database);
  private readonly owner = 'a process of the first release';

  constructor(
    private readonly database: Database,
    private readonly keys: AuditKeys,
  ) {}

  async write(count: number): Promise<void> {
    for (let entry = 0; entry < count; entry++)
      await this.database.execute(
        `INSERT INTO audit_log (at, actor, action, subject, outcome) VALUES (?, ?, 'sign_in', NULL, 'success')`,
        [Date.now(), `user:${entry}`],
      );
  }

  /** @returns how many; `null` where another process holds the lease */
  seal(): Promise<number | null> {
    return this.database.transaction(async () => {
      if (!(await this.chain.hold(this.owner))) return null;
      const { sequence, hmac } = await this.chain.head();
      const seals: Seal[] = [];
      for (const entry of await this.chain.unsealed(500)) {
        const place = { sequence: sequence + seals.length + 1, previous: seals.at(-1)?.hmac ?? hmac };
        const { current } = this.keys;
        seals.push({ ...place, entryId: entry.id, kid: current.kid, hmac: sealOf(current, place, entry) });
      }
      const last = seals.at(-1);
      if (last) {
        await this.chain.append(seals);
        await this.chain.moveHead(last);
      }
      return seals.length;
    });
  }

  async stop(): Promise<void> {
    await this.chain.release(this.owner);
  }
}
