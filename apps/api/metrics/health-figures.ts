import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DatabaseHealth } from '@cutover/database';
import {
  COMPONENTS,
  type ComponentStatus,
  HEALTH_COMPONENTS,
  type HealthComponents,
  Metrics,
  SCHEMA_STATES,
} from '@cutover/operations';

/** Milliseconds; who has not answered by then is down. A scrape must not wait longer. */
const PATIENCE = 2000;

const VALUES: Record<ComponentStatus, number> = { up: 1, degraded: 0.5, down: 0 };

type Component = (typeof COMPONENTS)[number];
type SchemaState = (typeof SCHEMA_STATES)[number];

/** What `/health` says, for whoever keeps it over time and is woken by it. */
@Injectable()
export class HealthFigures implements OnApplicationBootstrap {
  constructor(
    private readonly metrics: Metrics,
    @Inject(HEALTH_COMPONENTS) private readonly components: HealthComponents,
    private readonly database: DatabaseHealth,
  ) {}

  onApplicationBootstrap(): void {
    this.metrics.health.readFrom(() => this.states());
    this.metrics.databaseSchema.readFrom(async () => {
      const asked = this.database.check().then(({ schema }) => schema);
      const schema = await soon(asked, 'unknown');
      return record(SCHEMA_STATES, (state: SchemaState) => Number(state === schema));
    });
  }

  private async states(): Promise<Record<Component, number>> {
    const states = new Map(
      await Promise.all(
        this.components.all.map(async ({ name, check }) => {
          const asked = Promise.resolve(check()).then(({ status }) => status);
          return [name, VALUES[await soon(asked, 'down')]] as const;
        }),
      ),
    );
    return record(COMPONENTS, (component) => states.get(component) ?? NaN);
  }
}

const record = <K extends string>(keys: readonly K[], value: (key: K) => number) =>
  Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, number>;

/** @param otherwise what serves where the answer takes too long */
const soon = <T>(answer: Promise<T>, otherwise: NoInfer<T>): Promise<T> =>
  Promise.race([answer, delay(PATIENCE, otherwise, { ref: false })]);
