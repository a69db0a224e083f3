import { isIP, SocketAddress } from 'node:net';

/**
 * Whom an address stands for: itself in IPv4, in IPv6 its /64, of which one subscriber has all addresses (RFC 6177).
 *
 * @param address `null` where the transport names none: those share one bucket
 */
export function networkOf(address: string | null): string {
  if (address === null) return 'unknown';
  const groups = groupsOf(address);
  if (groups === null) return address;
  return embeddedIpv4(groups) ?? `${groups.slice(0, 4).join(':')}::/64`;
}

/**
 * The /48 around an IPv6 address, which one subscriber may hold as well (RFC 6177 section 2) and send from any of its
 * 65,536 networks; `null` for IPv4.
 */
export function siteOf(address: string | null): string | null {
  const groups = address === null ? null : groupsOf(address);
  if (groups === null || embeddedIpv4(groups) !== null) return null;
  return `${groups.slice(0, 3).join(':')}::/48`;
}

/** Whom an address belongs together with where shares are dealt out: a /24 of IPv4, a /48 of IPv6. */
export function neighbourhoodOf(address: string | null): string {
  return siteOf(address) ?? networkOf(address).replace(/\.\d+$/, '.0/24');
}

/** The eight groups of an IPv6 address in lower case without leading zeros; `null` for any other text. */
function groupsOf(address: string): string[] | null {
  if (isIP(address) !== 6) return null;
  const canonical = new SocketAddress({ address: address.split('%', 1)[0] ?? address, family: 'ipv6' })
    .address;
  const hexadecimal = canonical.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, ...bytes: string[]) =>
      `${group(bytes[0] ?? '', bytes[1] ?? '')}:${group(bytes[2] ?? '', bytes[3] ?? '')}`,
  );
  const [before = [], after = []] = hexadecimal.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after];
}

const group = (high: string, low: string) => (Number(high) * 256 + Number(low)).toString(16);

/** IPv4 as a socket of both families shows it (RFC 4291 section 2.5.5.2), and through NAT64 (RFC 6052): one /64 holds all of it. */
const IPV4_PREFIXES: ReadonlySet<string> = new Set(['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0']);

function embeddedIpv4(groups: readonly string[]): string | null {
  if (!IPV4_PREFIXES.has(groups.slice(0, 6).join(':'))) return null;
  return groups
    .slice(6)
    .flatMap((hex) => [parseInt(hex, 16) >> 8, parseInt(hex, 16) & 255])
    .join('.');
}

/** A /48 gets so many times what an address gets. */
export const SITE_SHARE = 4;
