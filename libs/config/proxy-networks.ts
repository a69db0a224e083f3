import { BlockList, isIP } from 'node:net';
import type { ConfigurationFault } from './configuration-error';

/** Addresses that a network of one's own has, and nobody on the internet (RFC 1918, 6598, 1122, 3927, 4193, 4291). */
const PRIVATE: [string, number][] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['::1', 128],
];

/** The widest public network, and the most that all of them may hold together, as the lengths of their prefixes. */
const WIDEST = { 4: { one: 12, together: 10 }, 6: { one: 24, together: 22 } };

interface Network {
  family: 4 | 6;
  address: string;
  prefix: number;
}

/**
 * A network of proxies is private or small. Whoever is in it says where a request came from: limits by address, the record,
 * and what loopback alone may see would be anybody's to choose.
 */
export function proxyFaults(items: string[]): ConfigurationFault[] {
  const wide = items.map(networkOf).filter((network) => !isPrivate(network));
  const isTooWide = ([4, 6] as const).some((family) => {
    const prefixes = wide.filter((network) => network.family === family).map(({ prefix }) => prefix);
    const { one, together } = WIDEST[family];
    const share = prefixes.reduce((sum, prefix) => sum + 2 ** -prefix, 0);
    return prefixes.some((prefix) => prefix < one) || share > 2 ** -together;
  });
  if (!isTooWide) return [];
  const problem =
    `believes too many: public networks may be no wider than /${WIDEST[4].one} (IPv6: /${WIDEST[6].one}), and all together ` +
    `no more than a /${WIDEST[4].together} (/${WIDEST[6].together}); name the proxy's own address`;
  return [{ name: 'TRUST_PROXY', problem }];
}

/** An address alone is a network of one. IPv4 under IPv6's name (`::ffff:0:0/96`, RFC 4291 section 2.5.5.2) is IPv4. */
function networkOf(item: string): Network {
  const [address = '', length] = item.split('/');
  const family = isIP(address) === 4 ? 4 : 6;
  const prefix = length === undefined ? (family === 4 ? 32 : 128) : Number(length);
  if (family === 4 || !reachesIpv4(address, prefix)) return { family, address, prefix };
  return { family: 4, address: lastIpv4(address), prefix: Math.max(0, prefix - 96) };
}

function isPrivate({ family, address, prefix }: Network): boolean {
  return PRIVATE.some(([base, length]) => {
    if (isIP(base) !== family || prefix < length) return false;
    return contains(base, length, address);
  });
}

/** Whether IPv4's part of IPv6 and a network meet. */
const reachesIpv4 = (address: string, prefix: number) =>
  contains('::ffff:0:0', 96, address) || contains(address, prefix, '::ffff:1.2.3.4');

function contains(base: string, prefix: number, address: string): boolean {
  const family = isIP(base) === 4 ? 'ipv4' : 'ipv6';
  const network = new BlockList();
  network.addSubnet(base, prefix, family);
  return network.check(address, family);
}

function lastIpv4(address: string): string {
  const { hostname } = new URL(`http://[${address}]`); // [::ffff:a00:1]
  const [high = '0', low = '0'] = hostname.slice(1, -1).split(':').slice(-2);
  const bits = (parseInt(high || '0', 16) << 16) | parseInt(low || '0', 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}
