export { type Availability, ExternalAvailability } from './availability/external-availability';
export { ExternalProbeModule } from './availability/external-probe.module';
export { ApiCheck, type CheckReport } from './check/api-check';
export { ApiCheckModule } from './check/api-check.module';
export type { CheckStep } from './check/check-step';
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
export { ProviderResilience } from './resilience/provider-resilience';
export { isCanonicalJwt } from './tokens/canonical-jwt';
export { type KeysState, ProviderKeys } from './tokens/provider-keys';
export type { ProviderIdentity } from './tokens/identity-reader';
export { ProviderTokenVerifier, type VerifiedAccessToken } from './tokens/provider-token-verifier';
export { withDomain } from './username-domain';
export { describeFailure, supportIds, type UpstreamFailure } from './upstream-failure';
