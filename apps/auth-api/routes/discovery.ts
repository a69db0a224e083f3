import type { FastifyInstance } from 'fastify';
import type { StandIn } from '../stand-in';

/** The keys (RFC 7517 section 5) and where to find them (OpenID Connect Discovery 1.0 section 4). */
export function discoveryRoutes(server: FastifyInstance, standIn: StandIn): void {
  server.get('/.well-known/jwks.json', { config: { operation: 'jwks' } }, () => standIn.keys.published());
  server.get('/.well-known/openid-configuration', { config: { operation: 'discovery' } }, () => ({
    issuer: standIn.tokens.issuer(),
    jwks_uri: `${standIn.baseUrl}/.well-known/jwks.json`,
    userinfo_endpoint: `${standIn.baseUrl}/api/auth/me`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['token'],
    subject_types_supported: ['pairwise'],
  }));
}
