import { Injectable } from '@nestjs/common';
import { SettingsService } from '@cutover/config';
import { requiredSettings } from '../required-settings';
import type { Operation } from '../upstream-failure';
import { type CircuitStatus, ProviderCircuit } from './provider-circuit';

/**
 * One circuit for all operations of the external API. Keys that are published elsewhere, as Entra's, have one of their
 * own: an API that is down must not keep bearers from being verified, nor the other way round.
 */
@Injectable()
export class ProviderCircuits {
  private readonly byOrigin = new Map<string, ProviderCircuit>();

  constructor(private readonly settings: SettingsService) {}

  of(operation: Operation): ProviderCircuit {
    const { urls, circuit: circuitSettings } = requiredSettings(this.settings, operation);
    const { origin } = new URL(urls[operation]);
    const circuit = this.byOrigin.get(origin) ?? new ProviderCircuit(origin, circuitSettings);
    this.byOrigin.set(origin, circuit);
    return circuit;
  }

  /** The circuit of the API itself. @throws ExternalMisconfigured where none is set */
  status(): CircuitStatus {
    return this.of('login').status();
  }
}
