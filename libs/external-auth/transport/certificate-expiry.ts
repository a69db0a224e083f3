import type { TLSSocket } from 'node:tls';

/** When the certificates end that the provider's hosts have shown: the last one of each host counts. */
export class CertificateExpiry {
  /** Epoch seconds. The settings name the hosts: a handful. */
  private readonly byHost = new Map<string, number>();

  note(socket: TLSSocket, host: string): void {
    // A resumed session need not show one.
    const end = Date.parse(socket.getPeerCertificate().valid_to);
    if (!Number.isNaN(end)) this.byHost.set(host, end / 1000);
  }

  /** Epoch seconds; `null` before the first connection. */
  earliest(): number | null {
    return this.byHost.size === 0 ? null : Math.min(...this.byHost.values());
  }
}
