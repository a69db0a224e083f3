import { Module } from '@nestjs/common';
import { ExternalAvailability } from './availability/external-availability';
import { ExternalAuthClient } from './external-auth.client';
import { ProviderApi } from './provider-api';
import { ProviderCircuits } from './resilience/provider-circuits';
import { ProviderResilience } from './resilience/provider-resilience';
import { IdentityReader } from './tokens/identity-reader';
import { Introspection } from './tokens/introspection';
import { ProviderKeys } from './tokens/provider-keys';
import { ProviderTokenVerifier } from './tokens/provider-token-verifier';
import { ProviderHttp } from './transport/provider-http';

/** The external authentication API behind one client and one token verifier. */
@Module({
  providers: [
    ProviderHttp,
    ProviderCircuits,
    ProviderResilience,
    ProviderApi,
    ProviderKeys,
    ProviderTokenVerifier,
    IdentityReader,
    Introspection,
    ExternalAuthClient,
    ExternalAvailability,
  ],
  exports: [
    ExternalAuthClient,
    ProviderTokenVerifier,
    ProviderKeys,
    ExternalAvailability,
    ProviderHttp,
    ProviderCircuits,
    ProviderResilience,
    ProviderApi,
    IdentityReader,
  ],
})
export class ExternalAuthModule {}
