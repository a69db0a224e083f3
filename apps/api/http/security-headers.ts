import type { HttpSettings } from '@cutover/config';
import type { FastifyInstance } from 'fastify';

/** Seconds. */
const ONE_YEAR = 31_536_000;

/** Swagger UI writes styles of its own into its page; scripts it may not, and it holds nobody's session. */
const DOCUMENTATION = /^\/api\/docs\/?(\?|$)/;
const DOCUMENTATION_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/** Content-Security-Policy of every answer: no inline script, nothing from anywhere else. */
export const contentSecurityPolicy = ({ publicUrl }: Pick<HttpSettings, 'publicUrl'>, styleNonce?: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${styleNonce === undefined ? '' : ` 'nonce-${styleNonce}'`}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "manifest-src 'self'",
    ...(publicUrl.startsWith('https:') ? ['upgrade-insecure-requests'] : []),
  ].join(';');

/** What the portal never asks a browser for, and nothing that got into it may (W3C Permissions Policy). */
const UNUSED_FEATURES = [
  'accelerometer',
  'autoplay',
  'browsing-topics',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'window-management',
  'xr-spatial-tracking',
];

/** What never differs between two answers (OWASP ASVS 5 V3.4 and OWASP Secure Headers Project; the list is helmet's). */
export const securityHeaders = (settings: Pick<HttpSettings, 'publicUrl'>): Record<string, string> => ({
  'Content-Security-Policy': contentSecurityPolicy(settings),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Permissions-Policy': UNUSED_FEATURES.map((feature) => `${feature}=()`).join(', '),
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Frame-Options': 'DENY',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
  ...(settings.publicUrl.startsWith('https:') && { 'Strict-Transport-Security': `max-age=${ONE_YEAR}` }),
});

/** Headers of every answer; no CORS, the portal comes from the same origin as the API. */
export function registerSecurityHeaders(instance: FastifyInstance, settings: HttpSettings): void {
  const headers = securityHeaders(settings);
  instance.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  instance.addHook('onSend', (request, reply, payload, done) => {
    if (DOCUMENTATION.test(request.url)) reply.header('Content-Security-Policy', DOCUMENTATION_POLICY);
    const isApi = request.routeOptions.url?.startsWith('/api/') ?? false;
    if (isApi && !reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store');
    done(null, payload);
  });
}
