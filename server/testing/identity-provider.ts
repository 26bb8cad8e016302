import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type GrantContext } from 'oidc-provider';

/** Somebody at the provider. */
export interface Account {
  readonly sub: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly name: string;
  readonly groups: readonly string[];
}

/** A real OpenID provider on this machine, where whoever is `account` now signs in without being asked. */
export async function openIdentityProvider(redirectUri: string, afterLogout: string) {
  const current: { account: Account | null } = { account: null };
  const accounts = new Map<string, Account>();
  const http = createServer();
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const client = { client_id: 'orchestrator', client_secret: 'a secret of the provider, long enough' };
  const provider = new Provider(issuer, {
    clients: [
      {
        ...client,
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: [afterLogout],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['one of the tests'] },
    interactions: { url: () => '/sign-in' },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => accounts.get(sub) }),
    async loadExistingGrant({ oidc }: GrantContext) {
      const grant = new provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const serve = provider.callback();
  http.on('request', (req, res) => {
    if (req.url !== '/sign-in') return void serve(req, res);
    const { account } = current;
    if (account !== null) accounts.set(account.sub, account);
    void provider.interactionFinished(
      req,
      res,
      account === null
        ? { error: 'access_denied', error_description: 'Nobody is signed in' }
        : { login: { accountId: account.sub } },
    );
  });

  return {
    issuer,
    clientId: client.client_id,
    clientSecret: client.client_secret,
    /** Who sits at the browser. */
    as(account: Account | null): void {
      current.account = account;
    },
    /** Goes where a browser would go from this address, until it leads away from the provider. */
    async walk(start: string): Promise<string> {
      const jar = new Map<string, string>();
      for (let at = start; ; ) {
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
        for (const set of response.headers.getSetCookie()) {
          const [name = '', value = ''] = (set.split(';')[0] ?? '').split(/=(.*)/s);
          jar.set(name, value);
        }
        const to = response.headers.get('location');
        if (to === null) throw new Error(`${at} answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
        at = new URL(to, at).href;
        if (!at.startsWith(issuer)) return at;
      }
    },
    async close(): Promise<void> {
      http.closeAllConnections();
      await new Promise((closed) => http.close(closed));
    },
  };
}
