/** By which an entry proves who wrote it: a holder of the key, as its so-manieth. */
export interface Proof {
  /** A process, by a random number of its own: 128 bits in base64url. */
  writer: string;
  /** Epoch milliseconds at which that began to write. */
  boot: number;
  /** Counts from 1 for each writer. */
  number: number;
  kid: string;
  mac: string;
}

/** An entry of the trail as it stands in the table. */
export interface TrailRow {
  id: number;
  /** Epoch milliseconds. */
  at: number;
  actor: string;
  action: string;
  subject: string | null;
  outcome: string;
  code: string | null;
  address: string | null;
  requestId: string | null;
  /** JSON, as it was written. */
  detail: string | null;
  fact: string | null;
  /** `null` in the table of the first release. */
  proof: Proof | null;
}

/** A row as the columns of a {@link Trail} give it. */
export type FlatRow = Omit<TrailRow, 'proof'> & {
  writer: string | null;
  boot: number | null;
  number: number | null;
  entryKid: string | null;
  mac: string | null;
};

/**
 * Drivers give a BIGINT as a number or, where it is large, as text. Text in any other spelling than SQL's own is no number:
 * to the database it is less, or more, than what it says.
 */
const whole = (value: unknown) =>
  typeof value === 'string' && !/^-?\d+$/.test(value) ? Number.NaN : Number(value);

export const trailRow = (row: FlatRow): TrailRow => ({
  id: whole(row.id),
  at: whole(row.at),
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  outcome: row.outcome,
  code: row.code,
  address: row.address,
  requestId: row.requestId,
  detail: row.detail,
  fact: row.fact,
  proof:
    row.writer === null
      ? null
      : {
          writer: row.writer,
          boot: whole(row.boot),
          number: whole(row.number),
          kid: String(row.entryKid),
          mac: String(row.mac),
        },
});
