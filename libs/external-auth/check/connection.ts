import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

export interface Connection {
  /** `null` where the address is a number. */
  addresses: number | null;
  /** `null` over plain http. */
  tls: TlsFacts | null;
}

export interface TlsFacts {
  /** As `TLSv1.3`. */
  protocol: string;
  issuer: string;
  /** Epoch milliseconds. */
  validUntil: number;
  /** Why the certificate is not trusted, in OpenSSL's word; `null` where it is. */
  distrust: string | null;
}

/**
 * Finds a host and shakes hands with it, to look at its certificate.
 *
 * @param timeout milliseconds
 * @throws Error with a `code` where there is no connection
 */
export async function lookAt(origin: string, timeout: number): Promise<Connection> {
  const { hostname, protocol, port } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) === 0 ? (await lookup(host, { all: true })).length : null;
  if (protocol !== 'https:') return { addresses, tls: null };
  return { addresses, tls: await handshake(host, Number(port || 443), timeout) };
}

function handshake(host: string, port: number, timeout: number): Promise<TlsFacts> {
  return new Promise((resolve, reject) => {
    // Nothing is sent over it: it is there to say what is wrong with a certificate that every real call refuses.
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      ...(isIP(host) === 0 && { servername: host }),
    });
    socket.setTimeout(timeout, () =>
      socket.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
    );
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const facts = factsOf(socket);
      socket.destroy();
      resolve(facts);
    });
  });
}

function factsOf(socket: TLSSocket): TlsFacts {
  const { issuer, valid_to: validTo } = socket.getPeerCertificate();
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    issuer: plain([issuer?.O, issuer?.CN].flat().filter(Boolean).join(' / ')) || 'nobody named',
    validUntil: Date.parse(validTo),
    // Its typings say Error; Node keeps the code (node:tls, onConnectSecure).
    distrust: socket.authorized ? null : plain(String(socket.authorizationError)),
  };
}

const plain = (text: string) => text.replace(/[^\p{L}\p{N} ./'&(),_-]/gu, '').slice(0, 100);
