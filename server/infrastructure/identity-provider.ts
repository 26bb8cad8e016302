import * as oidc from 'openid-client';
import type { IdentityProvider } from '../application/ports.ts';
import { DomainError } from '../domain/errors.ts';

export interface ProviderOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The claim that holds the groups. */
  readonly groupClaim: string;
  /** What the button calls it. */
  readonly name: string;
}

const scope = 'openid email profile';

/** Authorization code with PKCE, state and nonce; what the provider is and signs with is asked of itself, once. */
export function createIdentityProvider(options: ProviderOptions): IdentityProvider {
  const { issuer, clientId, clientSecret, groupClaim, name } = options;
  let found: Promise<oidc.Configuration> | null = null;

  /** Asked again after a failure: a provider that was away at the start is no reason to start anew. */
  async function configuration(): Promise<oidc.Configuration> {
    // http is for a provider on this machine only; the configuration refuses it elsewhere.
    const execute = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [];
    found ??= oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, { execute, timeout: 10 });
    try {
      return await found;
    } catch (cause) {
      found = null;
      throw new DomainError('UNAVAILABLE', `${name} does not answer; try again in a moment.`, { cause });
    }
  }

  return {
    name,

    async begin(redirectUri) {
      const config = await configuration();
      const checks = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope,
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, ...checks };
    },

    async complete(current, { state, nonce, verifier }) {
      const config = await configuration();
      try {
        const tokens = await oidc.authorizationCodeGrant(config, current, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new Error('There is no ID token');
        const more =
          config.serverMetadata().userinfo_endpoint === undefined
            ? {}
            : await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
        const all: Record<string, unknown> = { ...claims, ...more };
        return {
          issuer: claims.iss,
          subject: claims.sub,
          email: typeof all.email === 'string' ? all.email.trim().toLowerCase() : null,
          emailVerified: all.email_verified === true,
          name: typeof all.name === 'string' && all.name.trim() !== '' ? all.name.trim().slice(0, 100) : null,
          groups: [all[groupClaim] ?? []].flat().filter((group): group is string => typeof group === 'string'),
        };
      } catch (cause) {
        const refused = cause instanceof oidc.AuthorizationResponseError;
        const why = refused
          ? `${name} refused: ${cause.error_description ?? cause.error}.`
          : `${name} did not prove who you are.`;
        throw new DomainError('UNAUTHENTICATED', `${why} Sign in again.`, { cause });
      }
    },

    async endUrl(returnTo) {
      const config = await configuration();
      if (config.serverMetadata().end_session_endpoint === undefined) return null;
      return oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: returnTo }).href;
    },
  };
}
