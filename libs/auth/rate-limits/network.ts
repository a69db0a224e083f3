import { isIP, SocketAddress } from 'node:net';

/**
 * Whom an address stands for: itself in IPv4, in IPv6 its /64, of which one subscriber has all addresses (RFC 6177).
 *
 * @param address `null` where the transport names none: those share one bucket
 */
export function networkOf(address: string | null): string {
  if (address === null) return 'unknown';
  if (isIP(address) !== 6) return address;
  const canonical = new SocketAddress({ address: address.split('%', 1)[0] ?? address, family: 'ipv6' })
    .address;
  // A socket that takes both families shows IPv4 like this (RFC 4291 section 2.5.5.2); one /64 would hold all of it.
  const mapped = /^::ffff:([\d.]+)$/.exec(canonical)?.[1];
  return mapped ?? `${firstGroups(canonical).join(':')}::/64`;
}

/** Four of the eight, with those that `::` leaves out. */
function firstGroups(canonical: string): string[] {
  const [before = [], after = []] = canonical.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4);
}
