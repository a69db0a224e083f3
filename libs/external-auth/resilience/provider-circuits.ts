import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { Metrics } from '@cutover/operations';
import { addressOf, requiredSettings } from '../required-settings';
import type { Operation } from '../upstream-failure';
import { CIRCUIT_STATES, type CircuitStatus, ProviderCircuit } from './provider-circuit';

/**
 * One circuit for all operations of the external API. Keys that are published elsewhere, as Entra's, have one of their
 * own: an API that is down must not keep bearers from being verified, nor the other way round.
 */
@Injectable()
export class ProviderCircuits implements OnModuleInit {
  private readonly byOrigin = new Map<string, ProviderCircuit>();

  constructor(
    private readonly settings: SettingsService,
    private readonly metrics: Metrics,
  ) {}

  /** Its state is known, and told, before the first call. */
  onModuleInit(): void {
    if (this.settings.get('externalAuth', { infer: true })) this.of('login');
  }

  /** @throws ExternalMisconfigured where the settings name no address for this operation */
  of(operation: Operation): ProviderCircuit {
    const settings = requiredSettings(this.settings, operation);
    const { circuit: circuitSettings } = settings;
    const { origin } = new URL(addressOf(settings, operation));
    const circuit =
      this.byOrigin.get(origin) ??
      new ProviderCircuit(origin, circuitSettings, (state) => this.count(origin, state));
    this.byOrigin.set(origin, circuit);
    return circuit;
  }

  /** The gauge is the API's own circuit; changes are counted for all. */
  private count(origin: string, entered: CircuitStatus['state']): void {
    this.metrics.circuitChanges.inc({ state: entered });
    const { urls } = requiredSettings(this.settings, 'login');
    if (origin !== new URL(urls.login).origin) return;
    for (const state of CIRCUIT_STATES) this.metrics.circuitState.set({ state }, state === entered ? 1 : 0);
  }

  /** The circuit of the API itself. @throws ExternalMisconfigured where none is set */
  status(): CircuitStatus {
    return this.of('login').status();
  }
}
