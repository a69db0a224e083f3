import { Forbidden } from '@cutover/contracts';
import type { HttpSettings } from '@cutover/config';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Asked at the process itself, inside the proxy's network: what they answer names no person. */
const MONITORING = /^\/(health|metrics)(\/|$)/;

/**
 * Where `PUBLIC_URL` is https, a request that crossed a network in clear is refused: its password is already known to
 * whoever listened, and answering would hide the mistake. A proxy that ends TLS must be named in `TRUST_PROXY`.
 */
export function requireSecureTransport(instance: FastifyInstance, { publicUrl }: HttpSettings): void {
  if (!publicUrl.startsWith('https:')) return;
  instance.addHook('onRequest', async (request) => {
    // By the route, not by the text of the address: that can be written in many ways.
    const isMonitoring = MONITORING.test(request.routeOptions.url ?? '');
    if (!isMonitoring && !isSecure(request)) {
      throw new Forbidden({ detail: `This service answers over https only. Open ${publicUrl}.` });
    }
  });
}

function isSecure(request: FastifyRequest): boolean {
  if (request.protocol === 'https') return true;
  const forwardedInClear = request.headers['x-forwarded-proto'] !== undefined;
  return !forwardedInClear && LOOPBACK.has(request.socket.remoteAddress ?? '');
}
