// A whole agent of the External Agent Protocol 1.0 on Node's built-ins alone. README.md says how to run it,
// docs/external-agents.md what each message means. It runs the `sh` blocks of a prompt and sends back a patch.
import { execFile } from 'node:child_process';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const { env } = process;
const api = `${env.ORCHESTRATOR_URL ?? 'http://127.0.0.1:4400'}/api/v1/agents/external`;
const state = env.AGENT_STATE ?? 'agent-state.json';
const slots = Number(env.MAX_TASKS ?? 1);
const working = new Map(); // attemptId → { epoch, turn, stop, answers }
const seen = new Set(); // signatures of the last ten minutes
const run = promisify(execFile);
let me = existsSync(state) ? JSON.parse(readFileSync(state, 'utf8')) : null;

async function call(path, body, method = 'POST') {
  const headers = { 'content-type': 'application/json', authorization: me ? `Bearer ${me.token}` : '' };
  const response = await fetch(api + path, { method, headers, body: body && JSON.stringify(body) });
  if (response.status === 204) return null;
  const json = response.headers.get('content-type')?.includes('json');
  const answer = json ? await response.json() : Buffer.from(await response.arrayBuffer());
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.error?.message), { status: response.status, ...answer.error?.details });
}

// Under the attempt's present epoch; again while the server is away, and at once under a newer epoch.
async function report(id, kind, body, tries = 60) {
  const job = working.get(id);
  try {
    const answer = await call(`/attempts/${id}/${kind}`, { epoch: job.epoch, turn: job.turn, ...body });
    answer.commands?.forEach(obey);
  } catch (error) {
    const newer = error.status === 409 && error.current > job.epoch;
    if (newer) job.epoch = error.current;
    else if ((error.status ?? 500) < 500 || tries === 0) throw error;
    await sleep(newer ? 0 : 1000);
    await report(id, kind, body, tries - 1);
  }
}

function obey({ type, attemptId, attemptIds, epoch, key, answers }) {
  const job = working.get(attemptId);
  if (type === 'abort') for (const id of attemptIds) working.get(id)?.stop.abort();
  if (type === 'epoch' && job?.epoch < epoch) job.epoch = epoch;
  if (type === 'answer') job?.answers.set(key, answers[0] ?? 'rejected');
}

async function checkOut({ kind, url, ref, commit }, id, at) {
  await run('git', ['init', '-q'], at);
  const file = join(at.cwd, '.git/given');
  if (kind === 'bundle') writeFileSync(file, await call(`/attempts/${id}/bundle`, undefined, 'GET'));
  const from = kind === 'bundle' ? [file, ref] : [url, '+refs/heads/*:refs/given/*'];
  await run('git', ['fetch', '-q', ...from], at);
  await run('git', ['checkout', '-q', '--detach', commit], at);
}

async function work({ attemptId: id, epoch, turn, title, prompt, repository, leaseSeconds }) {
  const job = { epoch, turn, stop: new AbortController(), answers: new Map() };
  working.set(id, job);
  const [cwd, began] = [mkdtempSync(join(tmpdir(), 'external-agent-')), Date.now()];
  const at = { cwd, env, signal: job.stop.signal, maxBuffer: 2e8 };
  const tell = (...events) => report(id, 'events', { events });
  // Only reports renew the lease: a long step says now and then that it goes on.
  const alive = setInterval(() => tell().catch(() => undefined), leaseSeconds * 300);
  try {
    await tell({ type: 'progress', key: 'start', note: `Checking out ${repository.commit.slice(0, 8)}` });
    await checkOut(repository, id, at);
    const blocks = [...prompt.matchAll(/^```(sh|ask)\n([\s\S]*?)^```/gm)];
    if (blocks.length === 0) writeFileSync(join(cwd, 'WORKLOG.md'), `${title}\n`, { flag: 'a' });
    for (const [number, [, kind, text]] of blocks.entries()) {
      const key = `step-${number}`;
      if (kind === 'ask') {
        await tell({ type: 'ask', key, title: 'A question', question: text.trim() });
        while (!job.answers.has(key) && !job.stop.signal.aborted) await sleep(500).then(() => tell());
        env.ANSWER = job.answers.get(key);
        continue;
      }
      const { stdout } = await run('sh', ['-ec', text], at);
      if (stdout !== '') await tell({ type: 'output', key, text: stdout.slice(-200_000) });
    }
    await run('git', ['add', '--all'], at);
    const { stdout: patch } = await run('git', ['diff', '--cached', '--binary', repository.commit], at);
    const artifacts = patch === '' ? [] : [{ path: 'changes.patch', patch, mimeType: 'text/x-diff' }];
    const cost = { executionTimeMs: Date.now() - began, tokens: { input: 0, output: 0 }, costUsd: 0 };
    await report(id, 'result', { status: 'completed', artifacts, output: `Ran ${blocks.length} block(s).`, ...cost });
  } catch (error) {
    console.error(`${id}: ${error.message}`);
    const end = { status: 'failed', error: String(error.message).slice(0, 5000) };
    if (!job.stop.signal.aborted && error.status !== 409) await report(id, 'result', end).catch(console.error);
  } finally {
    clearInterval(alive);
    if (working.get(id) === job) working.delete(id);
    rmSync(cwd, { recursive: true, force: true });
  }
}

// Why a posted task is not to be believed; null when it is signed by who knows the secret, fresh, and new.
function problem({ 'x-orchestrator-timestamp': time = '', 'x-orchestrator-signature': signature = '' }, body) {
  const right = Buffer.from(`sha256=${createHmac('sha256', me.signingSecret).update(`${time}.${body}`).digest('hex')}`);
  const same = (one) => one.length === right.length && timingSafeEqual(Buffer.from(one), right);
  if (!signature.split(',').some(same)) return 'the signature is wrong';
  if (!(Math.abs(Date.now() - Number(time) * 1000) <= 300_000)) return 'it is not of the last five minutes';
  if (seen.has(signature)) return 'it came before';
  seen.add(signature);
  setTimeout(() => seen.delete(signature), 600_000).unref();
  return null;
}

async function taskPosted(request, response) {
  const body = Buffer.concat(await request.toArray()).toString('utf8');
  const why = request.url === '/task' ? problem(request.headers, body) : 'there is only /task';
  if (why !== null) return response.writeHead(401).end(why);
  const task = JSON.parse(body);
  const known = working.get(task.attemptId);
  const again = known?.epoch === task.epoch && known.turn === task.turn;
  response.writeHead(again || working.size < slots ? 202 : 503).end();
  if (!again && working.size < slots) await work(task);
}

async function beat(status = working.size >= slots ? 'busy' : 'healthy') {
  const load = { currentLoad: working.size / slots, tasksInProgress: working.size };
  (await call(`/${me.agentId}/heartbeat`, { status, ...load })).commands.forEach(obey);
}

if (me === null) {
  const capabilities = (env.CAPABILITIES ?? 'code_generation,refactoring,documentation,testing').split(',');
  const what = { protocolVersion: '1.0', version: '1.0.0', agentType: env.AGENT_TYPE ?? 'implementer', capabilities };
  const who = { enrolmentCode: env.ENROLMENT_CODE, name: env.AGENT_NAME ?? 'AGENT-EXTERNAL-01' };
  me = await call('/register', { ...who, ...what, maxConcurrentTasks: slots, endpointUrl: env.ENDPOINT_URL });
  writeFileSync(state, JSON.stringify(me), { mode: 0o600 });
}
delete env.ENROLMENT_CODE;
if (env.LISTEN) createServer(taskPosted).listen(Number(env.LISTEN), '127.0.0.1');
await beat();
console.log(`Enrolled as ${me.agentId}; waiting for tasks`);
setInterval(() => beat().catch(console.error), me.heartbeatIntervalSeconds * 1000);
const leave = () => beat('offline').finally(() => process.exit(0));
process.on('SIGTERM', leave).on('SIGINT', leave);
while (!env.LISTEN) {
  const free = working.size < slots;
  const task = free ? await call(`/${me.agentId}/tasks/claim?wait=25`).catch(console.error) : null;
  if (task) void work(task);
  else if (!free || task === undefined) await sleep(500);
}
