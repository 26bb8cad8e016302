import { expect, test } from 'vitest';
import { createReachability } from './reachability.ts';

test('private, loopback, link-local and mapped addresses are closed', async () => {
  const mayReach = createReachability([]);
  const closed = [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    'fd00::1',
    'fe80::1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '2001:0:7f00:1::1',
    'fec0::1',
  ];
  for (const host of closed) expect([host, await mayReach(host)]).toEqual([host, null]);
  expect(await mayReach('localhost')).toBeNull();
});

test('public addresses are open', async () => {
  const mayReach = createReachability([]);
  for (const host of ['140.82.112.3', '172.32.0.1', '2606:4700::1']) expect(await mayReach(host)).toEqual([host]);
});

test('an operator opens a network, an address or a host', async () => {
  const mayReach = createReachability(['10.1.0.0/16', '192.168.7.7', 'LocalHost', 'fd00:1::/32']);
  expect(await mayReach('10.1.200.3')).toEqual(['10.1.200.3']);
  expect(await mayReach('10.2.0.1')).toBeNull();
  expect(await mayReach('192.168.7.7')).toEqual(['192.168.7.7']);
  expect(await mayReach('fd00:1::5')).toEqual(['fd00:1::5']);
  expect(await mayReach('localhost')).not.toBeNull();
});

test('a name without an address is reachable nowhere', async () => {
  expect(await createReachability([])('no-such-host.invalid')).toEqual([]);
});
