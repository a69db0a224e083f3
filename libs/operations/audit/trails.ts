/** Where a trail is kept. */
export interface Trail {
  log: 'audit_log' | 'cutover_audit_log';
  seals: string;
  /** Of one row: the lease and the head. */
  chain: string;
  /** Columns of a `FlatRow`, of the log under the name `a`. */
  columns: string;
  /** Indexes of the log, by what is looked for. */
  indexes: { unsealed: string; at: string };
}

/**
 * A column as a number, whatever somebody wrote into it: SQLite's driver fails for one that JavaScript cannot hold, and MySQL
 * gives text. Exact for all numbers of ours.
 */
export const asNumber = (column: string, name: string) => `${column} + 0e0 AS ${name}`;

const COLUMNS = `${asNumber('a.id', 'id')}, ${asNumber('a.at', 'at')}, a.actor, a.action, a.subject, a.outcome, a.code, a.address, a.request_id AS requestId, a.detail`;

/** No number of ours ever comes there: a place beyond what is proven counts only where it is no further away. */
export const REACH = 1_000_000_000_000;

/** Columns of an entry with its proof, of a table under the name `a`. */
export const PROVEN_COLUMNS = `${COLUMNS}, a.fact, a.writer, ${asNumber('a.boot', 'boot')}, ${asNumber('a.number', 'number')}, a.kid AS entryKid, a.mac`;

/** Entries that carry the MAC of who wrote them. Everything new goes here. */
export const CURRENT: Trail = {
  log: 'cutover_audit_log',
  seals: 'cutover_audit_log_seals',
  chain: 'cutover_audit_log_chain',
  columns: PROVEN_COLUMNS,
  indexes: { unsealed: 'ix_cutover_audit_log_unsealed', at: 'ix_cutover_audit_log_at' },
};

/** The first release's, which goes on writing it as long as a process of it runs. Read here, and never written. */
export const EARLIER: Trail = {
  log: 'audit_log',
  seals: 'cutover_audit_seals',
  chain: 'cutover_audit_chain',
  columns: `${COLUMNS}, NULL AS fact, NULL AS writer, NULL AS boot, NULL AS number, NULL AS entryKid, NULL AS mac`,
  indexes: { unsealed: 'ix_audit_log_unsealed', at: 'ix_audit_log_at' },
};

/** In the order of their age. */
export const TRAILS = [EARLIER, CURRENT] as const;
