/** Conditions of the clean-up, in the order in which they are told. */
export type GateId =
  | 'stage'
  | 'local_sign_ins'
  | 'pins'
  | 'linked'
  | 'accounts'
  | 'dormant'
  | 'break_glass'
  | 'rehearsal'
  | 'backup';

/** One condition, and what it was judged by. */
export interface CleanupGate {
  id: GateId;
  title: string;
  passed: boolean;
  /** Instants as ISO 8601; `null` for what is not known. */
  evidence: Record<string, string | number | boolean | null>;
  /** The first of the people who stand in its way. */
  people: string[];
  /** What to do; `null` where it is passed. */
  advice: string | null;
}
