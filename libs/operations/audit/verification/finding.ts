/**
 * What can be wrong. `changed`: the entry is not the one that was sealed. `swapped`: it stands in another one's place.
 * `removed`: its row, or its seal, is gone. `inserted`: it came past the trail. `unlinked`: it does not follow the one
 * before it. `tail_removed`: the end is gone. `head_differs`: the chain is another one than the head that was kept is
 * of. `unsealed`: it has waited too long for its seal, so nothing vouches for it yet.
 */
export type FindingKind =
  'changed' | 'swapped' | 'removed' | 'inserted' | 'unlinked' | 'tail_removed' | 'head_differs' | 'unsealed';

export interface Finding {
  kind: FindingKind;
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

export interface Verification {
  /** Seals that were looked at. */
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
  /** Names of keys that entries were sealed under and that AUDIT_KEYS lacks: these are not verified. */
  missingKeys: string[];
  /** RFC 3339, UTC: when a sealer first found the chain broken, if nobody has acknowledged it. */
  brokenSince: string | null;
}

/** Findings that are named one by one. */
export const MOST_FINDINGS = 1000;

/** Collects what was found; no tampering however large fills the memory. */
export class Findings {
  readonly named: Finding[] = [];
  count = 0;

  add(finding: Finding): void {
    this.count++;
    if (this.named.length < MOST_FINDINGS) this.named.push(finding);
  }
}
