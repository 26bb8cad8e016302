import { Secret, TOTP } from 'otpauth';
import { encode } from 'uqr';
import type { TimeCodes } from '../application/ports.ts';
import { timeCode } from '../domain/second-factor.ts';

const issuer = 'OpenCode Orchestrator';

/** Codes by time (RFC 6238, SHA-1 as every authenticator app knows it) and the picture an app reads them from. */
export function createTimeCodes(): TimeCodes {
  const totp = (secret: string, label = '') =>
    new TOTP({
      issuer,
      label,
      secret: Secret.fromBase32(secret),
      digits: timeCode.digits,
      period: timeCode.periodSeconds,
      algorithm: 'SHA1',
    });

  return {
    secret: () => new Secret({ size: 20 }).base32,
    address: (secret, account) => totp(secret, account).toString(),

    stepOf(secret, code, at) {
      const found = totp(secret).validate({ token: code, timestamp: at.getTime(), window: timeCode.window });
      return found === null ? null : Math.floor(at.getTime() / 1000 / timeCode.periodSeconds) + found;
    },

    picture(text) {
      const { data, size } = encode(text, { ecc: 'L', border: 4 });
      const path = data.map((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : '')).join('')).join('');
      return { size, path };
    },
  };
}
