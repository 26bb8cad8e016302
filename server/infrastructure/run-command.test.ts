import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freeBytes } from './free-space.ts';
import { createRunCommand } from './run-command.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'orchestrator-run-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const nodeBin = dirname(process.execPath);
const environment = {
  ...process.env,
  SECRET_KEY: 's3cret',
  MODEL_API_KEY: 's3cret',
  HTTPS_PROXY: 'http://u:s3cret@proxy',
};
const { run, endOrphans } = createRunCommand({ nodeBin, dataDir, environment, graceMs: 300 });
const order = (more: Partial<Parameters<typeof run>[1]> = {}) => ({
  directory: dataDir,
  timeoutSeconds: 30,
  signal: new AbortController().signal,
  attemptId: 'a1',
  ...more,
});

/** Whether a process is there and not a zombie. */
function lives(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a command runs in its directory and answers its exit code and both outputs in order', async () => {
  const result = await run('pwd; echo problem >&2; echo "a  b" | tr a c; exit 3', order());
  expect(result).toEqual({
    command: 'pwd; echo problem >&2; echo "a  b" | tr a c; exit 3',
    exitCode: 3,
    durationMs: expect.any(Number),
    output: `${dataDir}\nproblem\nc  b\n`,
    timedOut: false,
  });
});

test('a command line the shell cannot read fails with what the shell says', async () => {
  const result = await run('echo "open', order());
  expect(result.exitCode).not.toBe(0);
  expect(result.output).toMatch(/unterminated|unexpected/i);
});

test('the environment holds no secret, the app own Node and a home that is gone afterwards', async () => {
  const { output } = await run('env; command -v node', order());
  expect(output).not.toContain('s3cret');
  expect(output).toContain('CI=1');
  expect(output).toContain('ORCHESTRATOR_ATTEMPT=a1');
  expect(output.trimEnd().split('\n').at(-1)).toBe(join(nodeBin, 'node'));
  const home = /^HOME=(.*)$/m.exec(output)?.[1] ?? '';
  expect(home.startsWith(dataDir)).toBe(true);
  expect(existsSync(home)).toBe(false);
});

test('only the last 64 KiB of the output are kept, in whole characters and without zero bytes', async () => {
  const { output } = await run(
    `node -e "process.stdout.write('é'.repeat(100001) + String.fromCharCode(0) + 'end')"`,
    order(),
  );
  expect(Buffer.byteLength(output)).toBeLessThanOrEqual(64 * 1024 + 4);
  expect(output).toMatch(/^é+\uFFFDend$/);
});

test('past its time limit a command is ended with its children, even those that ignore the polite signal', async () => {
  const result = await run(
    `trap '' TERM; sh -c 'trap "" TERM; echo $$; while :; do sleep 1; done'`,
    order({ timeoutSeconds: 0.5 }),
  );
  expect(result).toMatchObject({ exitCode: null, timedOut: true });
  expect(lives(Number(result.output.split('\n')[0]))).toBe(false);
});

test('an aborted signal ends the command and rejects with its reason', async () => {
  const controller = new AbortController();
  const running = run('sleep 60', order({ signal: controller.signal }));
  setTimeout(() => controller.abort(new Error('lease lost')), 100);
  await expect(running).rejects.toThrow('lease lost');
  await expect(run('echo never', order({ signal: controller.signal }))).rejects.toThrow('lease lost');
});

test('what a command leaves in the background is ended, also in a session of its own', async () => {
  const result = await run('sleep 300 & echo $!; setsid sh -c "echo \\$\\$; exec sleep 300" & sleep 0.3', order());
  const pids = result.output.trim().split('\n').map(Number);
  expect(pids).toHaveLength(2);
  expect(pids.map(lives)).toEqual([false, false]);
  expect(result.exitCode).toBe(0);
});

test('a folder that is gone is an error, not a failed command', async () => {
  await expect(run('true', order({ directory: join(dataDir, 'gone') }))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('after a crash the commands of one attempt are ended and nobody else', async () => {
  const start = (attempt: string) =>
    spawn('sleep', ['300'], {
      env: { ...process.env, ORCHESTRATOR_ATTEMPT: attempt },
      detached: true,
      stdio: 'ignore',
    });
  const ours = start('crashed');
  const other = start('crashed-2');
  execFileSync('mkdir', ['-p', join(dataDir, 'homes/run-crashed-x1'), join(dataDir, 'homes/run-crashed2-x2')]);
  try {
    expect(await endOrphans('crashed')).toBe(1);
    expect(lives(ours.pid ?? 0)).toBe(false);
    expect(lives(other.pid ?? 0)).toBe(true);
    expect(readdirSync(join(dataDir, 'homes'))).toEqual(['run-crashed2-x2']);
    expect(await endOrphans('crashed')).toBe(0);
  } finally {
    other.kill('SIGKILL');
  }
});

test('free space is told in bytes', async () => {
  expect(await freeBytes(dataDir)).toBeGreaterThan(0);
});
