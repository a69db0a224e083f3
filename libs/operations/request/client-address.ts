import { isIP } from 'node:net';

/** The address in what a transport or a proxy names; some proxies add a port. `null` for what is no address. */
export function clientAddress(named: string): string | null {
  const address = /^\[([^\]]+)\](?::\d+)?$/.exec(named)?.[1] ?? /^([\d.]+):\d+$/.exec(named)?.[1] ?? named;
  return isIP(address) === 0 ? null : address;
}
