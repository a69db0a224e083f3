export { type Availability, ExternalAvailability } from './availability/external-availability';
export { ExternalProbeModule } from './availability/external-probe.module';
export * from './errors';
export {
  ExternalAuthClient,
  type ProviderRefresh,
  type ProviderSignIn,
  type ProviderTokens,
} from './external-auth.client';
export { ExternalAuthModule } from './external-auth.module';
export { mayBeSpent } from './may-be-spent';
export type { CircuitStatus } from './resilience/provider-circuit';
export { ProviderCircuits } from './resilience/provider-circuits';
export { isCanonicalJwt } from './tokens/canonical-jwt';
export type { ProviderIdentity } from './tokens/identity-reader';
export { ProviderTokenVerifier, type VerifiedAccessToken } from './tokens/provider-token-verifier';
export { describeFailure, type UpstreamFailure } from './upstream-failure';
