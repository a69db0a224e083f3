import { Gauge, type Registry } from 'prom-client';

/** A number; one for each value of the gauge's label; or `null` while there is nothing to tell. */
export type Reading<Value extends string> = ([Value] extends [never] ? number : Record<Value, number>) | null;

interface ScrapedGaugeOptions<Value extends string> {
  name: string;
  help: string;
  /** With every value that it takes. */
  label?: { name: string; values: readonly Value[] };
}

/** A figure that is worked out when somebody asks for it, by whoever knows it. */
export class ScrapedGauge<Value extends string = never> {
  private read: () => Reading<Value> | Promise<Reading<Value>> = () => null;

  constructor({ name, help, label }: ScrapedGaugeOptions<Value>, registry: Registry) {
    const current = () => this.read();
    new Gauge({
      name,
      help,
      labelNames: label ? [label.name] : [],
      registers: [registry],
      async collect() {
        const reading = await current();
        this.reset();
        if (typeof reading === 'number') this.set(reading);
        else if (label === undefined) this.remove();
        else if (reading !== null) {
          const figures = reading as Record<Value, number>;
          for (const value of label.values) this.set({ [label.name]: value }, figures[value]);
        }
      },
    });
  }

  /** @param read must not fail, and must not take long */
  readFrom(read: () => Reading<Value> | Promise<Reading<Value>>): void {
    this.read = read;
  }
}
