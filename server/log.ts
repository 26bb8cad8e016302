import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { withoutPatterns } from './domain/secret-patterns.ts';

export type { Logger } from 'pino';

export interface LogOptions {
  level: LoggerOptions['level'];
  /** Coloured lines for a person at a terminal, instead of JSON; needs the development packages. */
  pretty?: boolean;
  /** Values that must never be written, wherever they turn up. Read at every line: the owner may add to the set. */
  secrets?: ReadonlySet<string>;
  /** Fields added to every line, such as the request's id. */
  mixin?: () => object;
  destination?: DestinationStream;
}

const SECRET_KEYS = String.raw`[\w-]*(?:authorization|cookie|password|secret|token|api[_-]?key)`;
const SECRET_FIELD = new RegExp(String.raw`"(${SECRET_KEYS})":(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])`, 'gi');
const BEARER = /\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]{8,}/gi;
// Up to the end of its text: a key that is cut off must not take the rest of the line with it.
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^"]*/g;
const ADDRESS_PASSWORD = /(\/\/[^\s/:@"\\]+):[^\s/@"\\]+@/g;

/**
 * A written line without its secrets. It works on the finished JSON because pino's own paths reach fixed depths
 * only, while an error or a request may hide a header anywhere.
 */
export function redact(line: string, secrets: ReadonlySet<string> = new Set()): string {
  let clean = line
    .replace(SECRET_FIELD, '"$1":"[redacted]"')
    .replace(PRIVATE_KEY, '[redacted]')
    .replace(BEARER, '$1 [redacted]')
    .replace(ADDRESS_PASSWORD, '$1:[redacted]@');
  for (const secret of secrets) {
    // Very short values would blank ordinary words.
    if (secret.length >= 6) clean = clean.replaceAll(JSON.stringify(secret).slice(1, -1), '[redacted]');
  }
  return withoutPatterns(clean);
}

/** The process's logger: JSON lines on standard output, no secret in any of them. */
export function createLogger(options: LogOptions): Logger {
  const { level, pretty = false, secrets = new Set<string>(), mixin, destination } = options;
  const settings: LoggerOptions = {
    level: level ?? 'info',
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: { streamWrite: (line) => redact(line, secrets) },
    ...(mixin && { mixin }),
  };
  if (destination) return pino(settings, destination);
  if (!pretty) return pino(settings);
  // A pino with a transport takes no level formatter: the transport names the levels itself.
  const { formatters: _, ...plain } = settings;
  return pino({ ...plain, transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss.l' } } });
}
