// Every number with its unit; every time in UTC and says so. Pure, the same on server and client.

const pad = (value: number) => String(value).padStart(2, '0');

/** `42 s`, `3 m 05 s`, `2 h 14 m`, `3 d 04 h`. A negative or broken length counts as nothing. */
export function duration(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} m ${pad(whole % 60)} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${pad(Math.floor((whole % 3_600) / 60))} m`;
  return `${Math.floor(whole / 86_400)} d ${pad(Math.floor((whole % 86_400) / 3_600))} h`;
}

/** A span that was promised, in the words of a sentence: `24 hours`, `15 minutes`, `90 seconds`. */
export function span(seconds: number): string {
  if (seconds >= 3_600 && seconds % 3_600 === 0) return plural(seconds / 3_600, 'hour');
  if (seconds >= 60 && seconds % 60 === 0) return plural(seconds / 60, 'minute');
  return plural(seconds, 'second');
}

/** Milliseconds of a command: `340 ms`, `2.4 s`, then as a duration. */
export function milliseconds(value: number): string {
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 60_000) return `${(value / 1_000).toFixed(1)} s`;
  return duration(value / 1_000);
}

/** How long ago; a time in the future (a clock that differs) is `0 s`. */
export function age(since: Date, now: Date): string {
  return duration((now.getTime() - since.getTime()) / 1_000);
}

/** How long until; null when it is past. */
export function until(at: Date, now: Date): string | null {
  const left = (at.getTime() - now.getTime()) / 1_000;
  return left <= 0 ? null : duration(left);
}

/** US dollars; an unknown price is `unknown`, never zero. Small amounts keep the digits that matter. */
export function usd(value: number | null): string {
  if (value === null) return 'unknown';
  if (value === 0) return '$0.00';
  if (Math.abs(value) < 0.01) return `$${value.toFixed(4)}`;
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** `512 B`, `12.4 KiB`, `3.1 MiB`. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
  let amount = value;
  let unit = 0;
  while (amount >= 1_024 && unit < units.length - 1) {
    amount /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`;
}

/** `950`, `12.4 k`, `3.1 M`. */
export function count(value: number): string {
  if (value < 1_000) return String(value);
  if (value < 1_000_000) return `${(value / 1_000).toFixed(1)} k`;
  return `${(value / 1_000_000).toFixed(1)} M`;
}

/** `66 %` of 0.66. */
export function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

/** `1 session`, `2 sessions`. */
export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${amount.toLocaleString('en-US')} ${amount === 1 ? one : many}`;
}

/** `2026-11-20`. */
export function date(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** `16:04:11 UTC`. */
export function time(at: Date): string {
  return `${at.toISOString().slice(11, 19)} UTC`;
}

/** `2026-11-20 16:04:11 UTC`. */
export function dateTime(at: Date): string {
  return `${date(at)} ${time(at)}`;
}
