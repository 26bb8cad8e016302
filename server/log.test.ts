import { expect, test } from 'vitest';
import { createLogger, redact } from './log.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void, secrets = new Set<string>()): string {
  const lines: string[] = [];
  write(createLogger({ level: 'info', secrets, destination: { write: (line) => void lines.push(line) } }));
  return lines.join('');
}

test('a secret field is blanked at any depth and in any case', () => {
  const text = logged((log) =>
    log.info({
      req: { headers: { Authorization: 'Bearer abc.def.ghi', cookie: 'sid=1', 'set-cookie': ['a=1', 'b=2'] } },
      users: [{ email: 'a@example.com', password: 'with "quotes" inside' }],
      apiKey: 'k-1',
    }),
  );
  expect(text).not.toMatch(/abc\.def|sid=1|a=1|quotes|k-1/);
  expect(text).toContain('a@example.com');
  expect(JSON.parse(text).users[0].password).toBe('[redacted]');
});

test('a known secret is blanked wherever it stands, also one added later', () => {
  const secrets = new Set(['first"secret']);
  const log = (write: (l: ReturnType<typeof createLogger>) => void) => logged(write, secrets);
  expect(log((l) => l.info('it said first"secret twice'))).toContain('it said [redacted] twice');
  secrets.add('second-secret');
  expect(log((l) => l.error(new Error('refused second-secret')))).not.toContain('second-secret');
});

test('a bearer token and the password of an address are blanked in plain words', () => {
  expect(redact('"sent Bearer oio_0123456789"')).toBe('"sent Bearer [redacted]"');
  expect(redact('"postgres://app:hunter2@db:5432/x"')).toBe('"postgres://app:[redacted]@db:5432/x"');
});

test('token counts and ordinary words stay', () => {
  const line = '{"level":"info","inputTokens":12,"tokens":{"input":3},"msg":"a basic task at http://localhost:4400/x"}';
  expect(redact(line, new Set(['a']))).toBe(line);
});

test('a line names its level in words and carries what the mixin adds', () => {
  const lines: string[] = [];
  const log = createLogger({
    level: 'warn',
    mixin: () => ({ requestId: 'r1' }),
    destination: { write: (line) => void lines.push(line) },
  });
  log.info('not written');
  log.warn('written');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', requestId: 'r1', msg: 'written' });
});
