import type { GuardrailVerdict } from '@cutover/rollout';
import type { PeakMemory } from './processes/programs';

/** A person of whom something is to be said; of each group the first 20. */
export interface Named {
  username: string;
  what: string;
}

export interface Group {
  count: number;
  first: Named[];
}

/** Milliseconds of sign-ins that succeeded on one side; `null` where there were none. */
export interface Times {
  count: number;
  p50: number | null;
  p95: number | null;
}

/** Everybody of the sample signed in, or tried to. */
export interface Round {
  /** `percent 25, provider failing`. */
  name: string;
  /** Active people of the copy whose sign-ins go to each side; `null` where it was not asked. */
  people: { local: number; external: number } | null;
  tried: number;
  local: Times;
  external: Times;
  /** Attempts that got nobody in, by their code. */
  refused: Record<string, number>;
  /** Whom the policy promised a way in, and who had none. */
  broken: Group;
  /** Who got in and must not have, or on the wrong side. */
  wrong: Group;
}

export interface StepTaken {
  name: string;
  /** Milliseconds. */
  took: number;
}

export interface GateReport {
  stage: string;
  failed: string[];
}

/** Everything that a rehearsal found out; what it did not come to is `null`. */
export interface RehearsalResult {
  outcome: 'go' | 'no-go';
  /** Why not, in sentences. */
  findings: string[];
  /** What an operator should know, although it stops nothing. */
  cautions: string[];
  /** RFC 3339, UTC. */
  startedAt: string;
  /** Milliseconds, all of it. */
  took: number;
  version: string;
  machine: string;
  database: string;
  source: { kind: 'made' } | { kind: 'backup'; file: string; sha256: string; known: boolean };
  users: number;
  sample: number;
  seed: string;
  settings: Record<string, string>;
  steps: StepTaken[];
  rounds: Round[];
  sync: {
    run: string;
    linked: number;
    ambiguous: number;
    proposed: number;
    /** Of the linked: only by the local part of the name, as `--accept-name-matches` allows. */
    byName: number;
    review: number;
    withoutAccount: number;
  } | null;
  readiness: {
    ready: number;
    atRisk: number;
    unknown: number;
    reasons: Record<string, number>;
    pinned: number;
  } | null;
  verdicts: GuardrailVerdict[];
  automatic: { after: number; signIns: number; from: string; to: string; hold: string } | null;
  gates: GateReport[];
  manual: { toLocal: number; sessionsEnded: number; lockedOut: number } | null;
  restore: {
    users: number;
    links: number;
    linksBefore: number;
    rowsEqual: boolean;
    signedIn: boolean;
  } | null;
  /** Of the file that the copy was made from. */
  restoredFrom: { users: number; differing: number } | null;
  undo: { reversed: number; left: number } | null;
  legacy: {
    rows: number;
    before: string;
    after: string;
    definitionEqual: boolean;
    restoredEqual: boolean;
  } | null;
  memory: PeakMemory & { rehearsal: number };
}
