import helmet from '@fastify/helmet';
import type { HttpSettings } from '@cutover/config';
import type { FastifyInstance } from 'fastify';

const ONE_YEAR = 31_536_000;

/** Swagger UI writes styles of its own into its page; scripts it may not, and it holds nobody's session. */
const DOCUMENTATION = /^\/api\/docs\/?(\?|$)/;
const DOCUMENTATION_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/**
 * Headers of every answer (OWASP ASVS 5 V3.4). No inline script; styles that Angular makes at run time carry the
 * nonce that index.html hands over. No CORS: the portal comes from the same origin as the API.
 */
export async function registerSecurityHeaders(
  instance: FastifyInstance,
  { publicUrl }: HttpSettings,
): Promise<void> {
  const https = publicUrl.startsWith('https:');
  await instance.register(helmet, {
    enableCSPNonces: true,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        manifestSrc: ["'self'"],
        ...(https && { upgradeInsecureRequests: [] }),
      },
    },
    strictTransportSecurity: https ? { maxAge: ONE_YEAR, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });

  instance.addHook('onSend', async (request, reply) => {
    if (DOCUMENTATION.test(request.url)) reply.header('Content-Security-Policy', DOCUMENTATION_POLICY);
    const isApi = request.routeOptions.url?.startsWith('/api/') ?? false;
    if (isApi && !reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store');
  });
}
