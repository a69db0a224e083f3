/**
 * What can be wrong. `changed`: the entry is not the one that was sealed. `swapped`: it stands in another one's place.
 * `removed`: its row, or its seal, is gone. `inserted`: it came past the sealer. `forged`: no holder of a key wrote it.
 * `replayed`: a copy of another entry, or one whose transaction was undone. `unlinked`: it does not follow the one before
 * it. `tail_removed`: the end is gone. `head_differs`: the chain is another one than the head that was kept is of.
 * `head_pruned`: that head is of a part that was removed by policy, so nothing shows it. `unsealed`: it has waited too long
 * for its seal. `mark_changed`: what a writer says of itself is not under its MAC, or does not fit its entries.
 * `writer_removed`: what a writer said of itself is gone. `tail_unproven`: a writer ended without saying which its last
 * entry is. `root_forged`: no holder of a key wrote the root. `broken`: a process found the trail changed, and nobody has
 * acknowledged it.
 */
export type FindingKind =
  | 'changed'
  | 'swapped'
  | 'removed'
  | 'inserted'
  | 'forged'
  | 'replayed'
  | 'unlinked'
  | 'tail_removed'
  | 'head_differs'
  | 'head_pruned'
  | 'unsealed'
  | 'mark_changed'
  | 'writer_removed'
  | 'tail_unproven'
  | 'root_forged'
  | 'broken';

export interface Finding {
  kind: FindingKind;
  /** `earlier`: of the first release, whose entries have no MAC. */
  trail: 'current' | 'earlier';
  /** Of the seal; `null` where there is none. */
  sequence: number | null;
  /** Of the entry; `null` where nothing tells it any more. */
  id: number | null;
  action: string | null;
  /** RFC 3339, UTC. */
  at: string | null;
  /** For a person. */
  detail: string;
}

/** A removal by policy that the chain itself records. */
export interface Pruned {
  /** The last one that was removed. */
  sequence: number;
  hmac: string;
  entries: number;
  /** RFC 3339, UTC: everything up to here. */
  before: string;
  by: string;
  at: string;
}

/** Processes and commands that wrote entries. */
export interface WritersSummary {
  /** Are writing, as far as their last mark tells. */
  open: number;
  closed: number;
  /** Ended without saying which their last entry is, and nobody has acknowledged it: as many findings. */
  unproven: number;
  /** The same, acknowledged. */
  givenUp: number;
}

/** The first release's entries: sealed, without a MAC. */
export interface EarlierSummary {
  sealed: number;
  first: number | null;
  head: { sequence: number; hmac: string } | null;
  /** Whether it is kept how far they reach; if not, a process of that release still has the lease, or none of this has run. */
  closed: boolean;
  /** Entries behind that: a process of that release runs and seals, or has just done so. */
  added: number;
}

export interface Verification {
  /** Seals that were looked at, of entries with a MAC. */
  sealed: number;
  /** The first and the last place there is; `null` for an empty chain. */
  first: number | null;
  head: { sequence: number; hmac: string } | null;
  findings: Finding[];
  /** How many there are; {@link findings} names the first thousand. */
  found: number;
  /** The latest removal by policy; `null` where there was none. */
  pruned: Pruned | null;
  /** Entries that are too new to have a seal. */
  waiting: number;
  /** Names of keys that something needs and that AUDIT_KEYS lacks: this is not verified. */
  missingKeys: string[];
  /** RFC 3339, UTC: when a process first found the trail changed, if nobody has acknowledged it. */
  brokenSince: string | null;
  writers: WritersSummary;
  earlier: EarlierSummary;
}

/** Findings that are named one by one. */
export const MOST_FINDINGS = 1000;

/** Collects what was found; no tampering however large fills the memory. */
export class Findings {
  readonly named: Finding[] = [];
  readonly missingKeys = new Set<string>();
  count = 0;

  add(finding: Finding): void {
    this.count++;
    if (this.named.length < MOST_FINDINGS) this.named.push(finding);
  }
}

/** Of something that is no entry. */
export const general = (kind: FindingKind, detail: string, about: Partial<Finding> = {}): Finding => ({
  kind,
  trail: 'current',
  sequence: null,
  id: null,
  action: null,
  at: null,
  ...about,
  detail,
});
