export type ComponentStatus = 'up' | 'degraded' | 'down';

export interface ComponentHealth {
  status: ComponentStatus;
  /** Causes, hosts and figures, for operators only (design section 8). */
  details?: Record<string, string | number | boolean | null>;
}

/** One line of `/health`. Answering must be cheap: no call that somebody who polls could multiply. */
export interface HealthComponent {
  readonly name: string;
  check(): Promise<ComponentHealth> | ComponentHealth;
}

/** What each route asks: the composition root knows, the controller does not. */
export interface HealthComponents {
  /** `/health/ready`: only what this process cannot work without. */
  ready: HealthComponent[];
  /** `/health`: everything an operator wants to see. */
  all: HealthComponent[];
}

export const HEALTH_COMPONENTS = Symbol('HEALTH_COMPONENTS');
