import { Logger } from '@nestjs/common';
import type { CircuitSettings } from '@cutover/config';
import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  handleType,
} from 'cockatiel';
import { CircuitOpen, ExternalUnavailable } from '../errors';
import { describeFailure, type Operation } from '../upstream-failure';

export const CIRCUIT_STATES = ['closed', 'open', 'half-open'] as const;

export interface CircuitStatus {
  state: (typeof CIRCUIT_STATES)[number];
  /** Epoch milliseconds at which this state began. */
  since: number;
  /** The failure that opened it; none while it is closed. */
  cause?: string;
}

type Outcome<T> = { value: T } | { error: unknown };

/**
 * Spares a host that does not serve, and everybody the wait for it. Opens after so many outages in a row, and lets
 * one call through after the reset time, whose outcome decides: until then everything else is refused at once.
 */
export class ProviderCircuit {
  private readonly logger = new Logger('ExternalAuthCircuit');
  private readonly breaker: CircuitBreakerPolicy;
  private readonly reset: number;
  private current: CircuitStatus = { state: 'closed', since: Date.now() };

  constructor(
    private readonly origin: string,
    { failures, reset }: CircuitSettings,
    private readonly onEntered: (state: CircuitStatus['state']) => void = () => undefined,
  ) {
    this.reset = reset * 1000;
    this.breaker = circuitBreaker(handleType(ExternalUnavailable), {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: this.reset,
    });
    this.breaker.onBreak((reason) => this.opened('error' in reason ? reason.error : undefined));
    this.breaker.onHalfOpen(() => this.halfOpened());
    this.breaker.onReset(() => this.closed());
    this.onEntered('closed');
  }

  status(): CircuitStatus {
    return { ...this.current };
  }

  /** @throws CircuitOpen where {@link run} would; for whoever would otherwise queue first */
  check(operation: Operation): void {
    const { state, since } = this.current;
    if (state === 'half-open') throw new CircuitOpen(operation, 1);
    const wait = state === 'open' ? since + this.reset - Date.now() : 0;
    if (wait > 0) throw new CircuitOpen(operation, Math.ceil(wait / 1000));
  }

  /** @throws CircuitOpen without asking anybody; else whatever the call throws */
  async run<T>(operation: Operation, call: () => Promise<T>): Promise<T> {
    this.check(operation);
    const outcome = await this.breaker
      .execute(() => outcomeOf(call))
      .catch((error: unknown) => {
        throw error instanceof BrokenCircuitError ? new CircuitOpen(operation, 1) : error;
      });
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  private enter(status: CircuitStatus): void {
    this.current = status;
    this.onEntered(status.state);
  }

  private opened(error: unknown): void {
    const cause = error instanceof ExternalUnavailable ? describeFailure(error.failure) : 'unknown';
    this.enter({ state: 'open', since: Date.now(), cause });
    const { origin } = this;
    this.logger.warn(
      { origin, cause, seconds: this.reset / 1000 },
      'circuit open: nothing is sent for a while',
    );
  }

  private halfOpened(): void {
    const { cause } = this.current;
    this.enter({ ...this.current, state: 'half-open', since: Date.now() });
    this.logger.log({ origin: this.origin, cause }, 'circuit half-open: one call is let through');
  }

  private closed(): void {
    const { cause } = this.current;
    this.enter({ state: 'closed', since: Date.now() });
    this.logger.log({ origin: this.origin, cause }, 'circuit closed: it answers again');
  }
}

/**
 * Refusals, throttles and answers that nobody understands are answers: as values they end a row of outages and close
 * a half-open circuit, which errors that the breaker only lets pass would not.
 */
async function outcomeOf<T>(call: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof ExternalUnavailable) throw error;
    return { error };
  }
}
