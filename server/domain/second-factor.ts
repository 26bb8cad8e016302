/** The second factor: codes by time (RFC 6238) from an app, and recovery codes for when it is lost (access.md, Sign-in). */
import { z } from 'zod';

/** What authenticator apps take for granted: six digits, a new code each 30 s; the one before and after count too. */
export const timeCode = { digits: 6, periodSeconds: 30, window: 1 } as const;

/** Recovery codes made at a time; each is good once. */
export const recoveryCodeCount = 10;

/** How long somebody may take between the password and the code. */
export const secondStepSeconds = 300;

/** The cookie that says the password was right; sealed, good for nothing but the code's page. */
export const secondStepCookie = 'orchestrator_second';

export const codeInput = z.strictObject({
  code: z
    .string({ error: 'Enter the code.' })
    .trim()
    .min(1, 'Enter the code.')
    .max(40, 'A code is shorter than that.')
    .transform((code) => code.replace(/\s/g, '').toLowerCase()),
});

/** Six digits are a code by time; everything else is judged as a recovery code. */
export const isTimeCode = (code: string): boolean => /^\d{6}$/.test(code);

// Without the letters and digits that are taken for each other.
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** `k3m9p-x7q2w` out of ten random bytes; about 49 bits, far beyond what the limit on tries allows to guess. */
export function recoveryCodeOf(bytes: Uint8Array): string {
  const text = [...bytes.slice(0, 10)].map((byte) => letters[byte % letters.length]).join('');
  return `${text.slice(0, 5)}-${text.slice(5)}`;
}
