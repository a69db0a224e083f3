import { ConfigurationModule, loadSettings } from '@cutover/config';
import { Metrics, MetricsModule } from '@cutover/operations';
import { Test } from '@nestjs/testing';
import { randomBytes } from 'node:crypto';
import { ExternalAvailability } from '../availability/external-availability';
import { ExternalProbeModule } from '../availability/external-probe.module';
import { ExternalAuthClient } from '../external-auth.client';
import { ExternalAuthModule } from '../external-auth.module';
import { ProviderCircuits } from '../resilience/provider-circuits';
import { ProviderTokenVerifier } from '../tokens/provider-token-verifier';
import type { Environment } from './stand-in-environment';

const SECRETS = {
  LOCAL_JWT_SECRET: randomBytes(32).toString('hex'),
  TOKEN_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
};

/** The lib as an app composes it, with settings from an environment. */
export async function externalAuthUnderTest(environment: Environment, { probe = false } = {}) {
  const settings = loadSettings({ ...SECRETS, ...environment });
  const module = await Test.createTestingModule({
    imports: [
      ConfigurationModule.forRoot(settings),
      MetricsModule,
      ExternalAuthModule,
      ...(probe ? [ExternalProbeModule] : []),
    ],
  }).compile();
  module.enableShutdownHooks([]);
  await module.init();
  return {
    client: module.get(ExternalAuthClient),
    verifier: module.get(ProviderTokenVerifier),
    availability: module.get(ExternalAvailability),
    circuits: module.get(ProviderCircuits),
    metrics: module.get(Metrics, { strict: false }),
    close: () => module.close(),
  };
}

export type ExternalAuthUnderTest = Awaited<ReturnType<typeof externalAuthUnderTest>>;

/** What a promise was rejected with; fails where it was not. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure, and there was none');
}
