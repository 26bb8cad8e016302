const mark = '[redacted]';

/**
 * What secrets look like whose value nobody told us, and what stands in their place. Each is narrow: a wrong hit would
 * blank what a person must read.
 */
const secretPatterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, mark],
  [/\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]{16,}/gi, `$1 ${mark}`],
  [/(\/\/[^\s/:@"'\\]+):[^\s/@"'\\]+@/g, `$1:${mark}@`],
  [/\b(?:sk|rk|pk)-[A-Za-z0-9_-]{20,}/g, mark],
  [/\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}/g, mark],
  [/\b(?:gh[opsur]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{20,})/g, mark],
  [/\bxox[abeprs]-[A-Za-z0-9-]{10,}/g, mark],
  [/\bnpm_[A-Za-z0-9]{36}\b/g, mark],
  [/\bAIza[0-9A-Za-z_-]{35}/g, mark],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, mark],
  [/\b(aws_secret_access_key["']?\s*[=:]\s*["']?)[A-Za-z0-9/+=]{40}/gi, `$1${mark}`],
  [/\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g, mark],
  // An assignment as environments are written; code that computes a value has brackets or dots in it.
  [
    /\b([A-Z0-9_]*(?:SECRET|TOKEN|PASSWORD|API_KEY|ACCESS_KEY)[A-Z0-9_]*=["']?)[A-Za-z0-9+/_~-]{16,}(?![\w(.])/g,
    `$1${mark}`,
  ],
  // Our own: of tokens, enrolment, agents, servers and webhooks.
  [/\b(?:oio[es]?|oig|whsec)_[A-Za-z0-9_-]{32,}/g, mark],
];

/** The text without what looks like a secret. */
export function withoutPatterns(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of secretPatterns) clean = clean.replace(pattern, replacement);
  return clean;
}
