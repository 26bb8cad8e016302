import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { GitOrder } from './git-process.ts';
import { scratchRepository, write } from './git-testing.ts';
import { createLauncher } from './launcher.ts';

const order = (cwd: string, args: string[], more: Partial<GitOrder> = {}): GitOrder => ({
  args,
  cwd,
  env: { PATH: process.env.PATH },
  input: '',
  timeoutMs: 60_000,
  maxBytes: 1_000_000,
  streamed: false,
  ...more,
});
const nobody = () => undefined;

test('git gets its input, and output, errors and exit code come back as they are', async () => {
  const { run } = createLauncher();
  const folder = scratchRepository();
  const bytes = Buffer.from([0, 255, 10, 13, 0, 128]);
  const hashed = await run(order(folder, ['hash-object', '-w', '--stdin'], { input: bytes }), nobody);
  const kept = await run(order(folder, ['cat-file', 'blob', hashed.stdout.toString().trim()]), nobody);
  expect(kept).toEqual({ code: 0, stdout: bytes, stderr: '', problem: null });
  const refused = await run(order(folder, ['rev-parse', '--verify', 'no-such']), nobody);
  expect(refused).toMatchObject({ code: 128, stderr: expect.stringContaining('Needed a single revision') });
  await expect(run(order(`${folder}/none`, ['status']), nobody)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('streamed output comes whole and in order; kept output has its limit', async () => {
  const { run } = createLauncher();
  const folder = scratchRepository();
  const big = Buffer.from(Array.from({ length: 300_000 }, (_, line) => line).join('\n'));
  write(folder, { 'big.txt': big });
  const id = (await run(order(folder, ['hash-object', '-w', 'big.txt']), nobody)).stdout.toString().trim();
  const chunks: Buffer[] = [];
  const all = order(folder, ['cat-file', 'blob', id], { streamed: true });
  expect(await run(all, (chunk) => void chunks.push(chunk))).toMatchObject({ code: 0, stdout: Buffer.alloc(0) });
  expect(Buffer.concat(chunks).equals(big)).toBe(true);
  const kept = await run(order(folder, ['cat-file', 'blob', id]), nobody);
  expect(kept).toMatchObject({ code: null, problem: 'long' });
});

test('the small process knows nothing of our environment, and after its end the next call has a new one', async () => {
  const { run, pid } = createLauncher();
  const folder = scratchRepository();
  await run(order(folder, ['--version']), nobody);
  const first = pid() ?? 0;
  const names = readFileSync(`/proc/${first}/environ`, 'utf8').split('\0').filter(Boolean);
  expect(names.filter((name) => !name.startsWith('NODE_CHANNEL_'))).toEqual([]);
  // It waits for input that never comes.
  const waits = run(order(folder, ['-c', 'alias.wait=!sleep 10', 'wait'], { timeoutMs: 5_000 }), nobody);
  process.kill(first, 'SIGKILL');
  await expect(waits).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect((await run(order(folder, ['--version']), nobody)).code).toBe(0);
  expect(pid()).not.toBe(first);
});
