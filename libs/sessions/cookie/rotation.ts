/** When generations of a cookie were first presented: `[generation, epoch milliseconds]`, oldest first. */
export type Presentations = [generation: number, at: number][];

export interface RotationState {
  /** The highest generation that was presented. */
  generation: number;
  presentations: Presentations;
}

export type Rotation =
  | { outcome: 'accepted'; state: RotationState; successor: number }
  | { outcome: 'replayed' }
  | { outcome: 'unknown' };

/** Rotations within the grace that are told apart; whoever makes more in that time has only themselves to confuse. */
const REMEMBERED = 100;

/**
 * Decides what a presented cookie is worth (RFC 9700 section 4.14.2, refresh token rotation, applied to our own
 * cookie). A generation works until its successor is first presented and `grace` after that: a lost answer and a
 * parallel tab harm nobody. Later it is a replay: two parties hold the session.
 *
 * @param grace milliseconds
 */
export function rotate(state: RotationState, presented: number, now: number, grace: number): Rotation {
  if (presented > state.generation + 1) return { outcome: 'unknown' };
  const recent = state.presentations.filter(([, at]) => now - at <= grace);
  if (presented === state.generation + 1) {
    recent.push([presented, now]);
    return accept({ generation: presented, presentations: recent.slice(-REMEMBERED) }, presented);
  }
  const superseded =
    presented < state.generation && !recent.some(([generation]) => generation === presented + 1);
  return superseded ? { outcome: 'replayed' } : accept({ ...state, presentations: recent }, presented);
}

const accept = (state: RotationState, presented: number): Rotation => ({
  outcome: 'accepted',
  state,
  successor: presented + 1,
});
