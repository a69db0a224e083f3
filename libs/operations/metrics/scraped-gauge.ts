import { Gauge, type Registry } from 'prom-client';

/** A figure that is worked out when somebody asks for it, by whoever knows it. */
export class ScrapedGauge {
  private read: () => number | null = () => null;

  constructor(name: string, help: string, registry: Registry) {
    const current = () => this.read();
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const value = current();
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  }

  /** @param read answers `null` while there is nothing to tell */
  readFrom(read: () => number | null): void {
    this.read = read;
  }
}
