/** Checks whose pace is remembered. */
const REMEMBERED = 16;
/** Between two checks of one kind on a calm machine. */
const LEAST_SLOWDOWN = 1.25;
/** A machine slower than this has other problems, and refusals must not take for ever. */
const MOST_SLOWDOWN = 4;
/** Milliseconds, for the timer's own coarseness. */
const MARGIN = 10;

/**
 * How long a refusal takes: as long as the costliest kind of hash in use takes here and now, so that the time tells
 * neither whether a name exists nor how its password is stored. It follows the machine's pace, since under load the
 * costliest hash outlasts what was measured on a calm one.
 */
export class RefusalFloor {
  private readonly slowdowns: number[] = [];

  /** @param slowdown the time that a check took, in parts of the time that was expected */
  observe(slowdown: number): void {
    this.slowdowns.push(slowdown);
    if (this.slowdowns.length > REMEMBERED) this.slowdowns.shift();
  }

  /** @param cost expected of the costliest kind, milliseconds. @returns milliseconds */
  above(cost: number): number {
    const slowdown = Math.min(MOST_SLOWDOWN, Math.max(LEAST_SLOWDOWN, ...this.slowdowns));
    return Math.ceil(cost * slowdown) + MARGIN;
  }
}
