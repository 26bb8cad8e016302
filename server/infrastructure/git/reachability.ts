import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** Says which addresses of a host may be called: null when it may not be, an empty list when it has none. */
export type MayReach = (host: string) => Promise<string[] | null>;

const PRIVATE_V4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
];
const PRIVATE_V6: readonly [string, number][] = [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

/**
 * The outbound rule (access.md): public addresses, and what OUTBOUND_ALLOW lists by host or network. Every address of
 * a host must pass, so a name that also points inwards is refused.
 */
export function createReachability(outboundAllow: readonly string[]): MayReach {
  const closed = new BlockList();
  for (const [net, bits] of PRIVATE_V4) closed.addSubnet(net, bits, 'ipv4');
  for (const [net, bits] of PRIVATE_V6) closed.addSubnet(net, bits, 'ipv6');
  const open = new BlockList();
  const hosts = new Set<string>();
  for (const entry of outboundAllow) {
    const [net = '', bits] = entry.split('/');
    if (isIP(net) === 0) hosts.add(entry.toLowerCase());
    else open.addSubnet(net, bits === undefined ? (isIP(net) === 4 ? 32 : 128) : Number(bits), family(net));
  }

  return async (host) => {
    const addresses = isIP(host) ? [host] : await addressesOf(host);
    if (hosts.has(host.toLowerCase())) return addresses;
    const passes = (address: string) => open.check(address, family(address)) || !closed.check(address, family(address));
    return addresses.every(passes) ? addresses : null;
  };
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}
