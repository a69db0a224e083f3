/** What sync or shadow last found of a person on the external side. */
export type ExternalAccountState = 'usable' | 'none' | 'disabled' | 'guest' | 'ambiguous';

/** The port through which the rollout learns what is known of people on the external side. */
export abstract class ExternalAccountStates {
  /** @returns `null` while nothing is known */
  abstract stateOf(userId: number): Promise<ExternalAccountState | null>;

  /** Of everybody whose id lies between two, both included; who is not in it is not known. */
  abstract statesBetween(first: number, last: number): Promise<ReadonlyMap<number, ExternalAccountState>>;
}
