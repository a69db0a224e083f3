/** Lets one in at a time, in the order of arrival. */
export class Turnstile {
  private last: Promise<void> = Promise.resolve();
  /** How many are inside or wait. */
  private present = 0;

  get load(): { inside: number; waiting: number } {
    return { inside: Math.min(this.present, 1), waiting: Math.max(this.present - 1, 0) };
  }

  /** @returns what opens it for the next one */
  async enter(): Promise<() => void> {
    this.present += 1;
    const before = this.last;
    let leave: () => void = () => undefined;
    this.last = new Promise((resolve) => {
      leave = () => {
        this.present -= 1;
        resolve();
      };
    });
    await before;
    return leave;
  }
}
