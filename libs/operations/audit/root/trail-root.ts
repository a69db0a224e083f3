import { Injectable } from '@nestjs/common';
import { Database } from '@cutover/database';
import { AuditKeys } from '../audit-keys';
import { type Authenticity, macOf } from '../authentication';
import { asNumber } from '../trails';

/** How far something has come, and the seal there. `sequence` 0 and `hmac` '' before the first. */
export interface Mark {
  sequence: number;
  hmac: string;
}

/** What everything else hangs on, in one row under a MAC: nobody without a key sets it back, unless to a copy of it. */
export interface Root {
  /** The end of the chain. */
  head: Mark;
  /** How many writers have registered. */
  writers: number;
  /** Up to where the chain was removed by policy. */
  pruned: Mark;
  /** Up to where the first release's chain is vouched for; `null` before any sealer has looked at it. */
  earlier: Mark | null;
  earlierPruned: Mark;
  /** Epoch milliseconds since when the trail is known to be broken; `null` while it is not. */
  brokenAt: number | null;
  brokenReason: string | null;
}

export interface ReadRoot extends Root {
  kid: string;
  authenticity: Authenticity;
}

interface Row {
  sequence: number;
  hmac: string;
  writers: number;
  prunedTo: number;
  prunedHmac: string;
  earlierTo: number | null;
  earlierHmac: string;
  earlierPrunedTo: number;
  earlierPrunedHmac: string;
  brokenAt: number | null;
  brokenReason: string | null;
  kid: string;
  mac: string;
}

const START: Mark = { sequence: 0, hmac: '' };

/** As the schema step leaves it, which has no key. It is good for a trail without a writer only. */
const UNTOUCHED: Root = {
  head: START,
  writers: 0,
  pruned: START,
  earlier: null,
  earlierPruned: START,
  brokenAt: null,
  brokenReason: null,
};

@Injectable()
export class TrailRoot {
  constructor(
    private readonly database: Database,
    private readonly keys: AuditKeys,
  ) {}

  /** @throws ServiceUnavailable */
  async read(): Promise<ReadRoot> {
    return this.select('');
  }

  /** For {@link write}, in the same transaction: nobody else changes it until then. @throws ServiceUnavailable */
  async lock(): Promise<ReadRoot> {
    return this.select(this.database.engine === 'mysql' ? ' FOR UPDATE' : ''); // on SQLite a transaction has the file for itself
  }

  /** As the schema step left it, where somebody removed the row: nobody could go on, or find that, without. */
  async putBack(): Promise<boolean> {
    if ((await this.database.query('SELECT 1 FROM cutover_audit_log_chain')).length > 0) return false;
    await this.database.execute(
      `INSERT INTO cutover_audit_log_chain
         (id, sequence, hmac, writers, pruned_to, pruned_hmac, earlier_hmac, earlier_pruned_to, earlier_pruned_hmac, kid, mac)
       VALUES (1, 0, '', 0, 0, '', '', 0, '', '', '')`,
    );
    return true;
  }

  /** Under the current key. Whoever writes it vouches for all of it: {@link ReadRoot.authenticity} is to be looked at first. */
  async write(root: Root): Promise<void> {
    const { current } = this.keys;
    const [head, writers, pruned, earlier, earlierPruned] = [
      root.head,
      root.writers,
      root.pruned,
      root.earlier,
      root.earlierPruned,
    ];
    await this.database.execute(
      `UPDATE cutover_audit_log_chain SET sequence = ?, hmac = ?, writers = ?, pruned_to = ?, pruned_hmac = ?, earlier_to = ?,
         earlier_hmac = ?, earlier_pruned_to = ?, earlier_pruned_hmac = ?, broken_at = ?, broken_reason = ?, kid = ?, mac = ?
       WHERE id = 1`,
      [
        head.sequence,
        head.hmac,
        writers,
        pruned.sequence,
        pruned.hmac,
        earlier?.sequence ?? null,
        earlier?.hmac ?? '',
        earlierPruned.sequence,
        earlierPruned.hmac,
        root.brokenAt,
        root.brokenReason,
        current.kid,
        macOf(current, 'cutover.audit.root.1', valuesOf(root)),
      ],
    );
  }

  private async select(lock: string): Promise<ReadRoot> {
    const [row] = await this.database.query<Row>(
      `SELECT ${asNumber('sequence', 'sequence')}, hmac, ${asNumber('writers', 'writers')},
         ${asNumber('pruned_to', 'prunedTo')}, pruned_hmac AS prunedHmac, ${asNumber('earlier_to', 'earlierTo')},
         earlier_hmac AS earlierHmac, ${asNumber('earlier_pruned_to', 'earlierPrunedTo')}, earlier_pruned_hmac AS earlierPrunedHmac,
         ${asNumber('broken_at', 'brokenAt')}, broken_reason AS brokenReason, kid, mac
       FROM cutover_audit_log_chain WHERE id = 1${lock}`,
    );
    if (!row) return { ...UNTOUCHED, kid: '', authenticity: 'forged' };
    const root = rootOf(row);
    return { ...root, kid: row.kid, authenticity: this.authenticityOf(root, row) };
  }

  private authenticityOf(root: Root, { kid, mac }: Row): Authenticity {
    if (kid === '') return String(valuesOf(root)) === String(valuesOf(UNTOUCHED)) ? 'proven' : 'forged';
    return this.keys.judge(kid, mac, (key) => macOf(key, 'cutover.audit.root.1', valuesOf(root)));
  }
}

const rootOf = (row: Row): Root => ({
  head: { sequence: Number(row.sequence), hmac: row.hmac },
  writers: Number(row.writers),
  pruned: { sequence: Number(row.prunedTo), hmac: row.prunedHmac },
  earlier: row.earlierTo === null ? null : { sequence: Number(row.earlierTo), hmac: row.earlierHmac },
  earlierPruned: { sequence: Number(row.earlierPrunedTo), hmac: row.earlierPrunedHmac },
  brokenAt: row.brokenAt === null ? null : Number(row.brokenAt),
  brokenReason: row.brokenReason,
});

const valuesOf = (root: Root) => [
  root.head.sequence,
  root.head.hmac,
  root.writers,
  root.pruned.sequence,
  root.pruned.hmac,
  root.earlier?.sequence ?? null,
  root.earlier?.hmac ?? null,
  root.earlierPruned.sequence,
  root.earlierPruned.hmac,
  root.brokenAt,
  root.brokenReason,
];
