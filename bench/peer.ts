// One peer in a process of its own, started by peers.ts: `node bench/peer.ts <folder> <peer> <database> <callers>`.
// Each line on its input is a turn; it answers with durable steps per second.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../e2e/support/installation.ts';

const [folder = '', peer = '', database = '', callers = '1'] = process.argv.slice(2);
const load = createRequire(join(folder, 'package.json'));
const steps = 10;
const turnMs = 1_000;

/** Runs ten durable steps, one after the other. */
type Run = () => Promise<unknown>;

interface Dbos {
  registerWorkflow(work: () => Promise<void>, options: { name: string }): Run;
  runStep(step: () => Promise<number>, options: { name: string }): Promise<number>;
  setConfig(config: object): void;
  launch(): Promise<void>;
}

async function dbos(): Promise<Run> {
  const { DBOS } = load('@dbos-inc/dbos-sdk') as { DBOS: Dbos };
  const run = DBOS.registerWorkflow(
    async () => {
      for (let n = 0; n < steps; n += 1) await DBOS.runStep(async () => n, { name: 'step' });
    },
    { name: 'ten' },
  );
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: database, logLevel: 'error', runAdminServer: false });
  await DBOS.launch();
  return () => run();
}

interface Graph {
  addNode(name: string, work: (state: { n: number }) => { n: number }): Graph;
  addEdge(from: string, to: string): Graph;
  addConditionalEdges(from: string, next: (state: { n: number }) => string): Graph;
  compile(options: object): { invoke(state: object, options: object): Promise<unknown> };
}

async function langGraph(durability: 'sync' | 'async'): Promise<Run> {
  const { Annotation, StateGraph, START, END } = load('@langchain/langgraph') as {
    Annotation: { (): object; Root(state: object): object };
    StateGraph: new (state: object) => Graph;
    START: string;
    END: string;
  };
  const { PostgresSaver } = load('@langchain/langgraph-checkpoint-postgres') as {
    PostgresSaver: { fromConnString(url: string): { setup(): Promise<void> } };
  };
  const checkpointer = PostgresSaver.fromConnString(database);
  await checkpointer.setup();
  const graph = new StateGraph(Annotation.Root({ n: Annotation() }))
    .addNode('step', ({ n }) => ({ n: n + 1 }))
    .addEdge(START, 'step')
    .addConditionalEdges('step', ({ n }) => (n < steps ? 'step' : END))
    .compile({ checkpointer });
  return () => graph.invoke({ n: 0 }, { configurable: { thread_id: randomUUID() }, durability, recursionLimit: 50 });
}

interface RestateContext {
  run(name: string, step: () => number): Promise<number>;
}

let server: ChildProcess | undefined;

async function restate(): Promise<Run> {
  const sdk = load('@restatedev/restate-sdk') as {
    service(given: object): object;
    serve(options: { services: object[]; port: number }): Promise<number>;
  };
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
  const [node, admin, ingress, handler] = ports;
  const at = (port: number) => `127.0.0.1:${port}`;
  server = spawn(
    join(folder, 'node_modules/.bin/restate-server'),
    ['--base-dir', mkdtempSync(join(folder, 'restate-'))],
    {
      stdio: 'ignore',
      // What stands in .bin only starts the server: a group of its own, so that both end.
      detached: true,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        RESTATE_BIND_ADDRESS: at(node),
        RESTATE_ADVERTISED_ADDRESS: `http://${at(node)}`,
        RESTATE_ADMIN__BIND_ADDRESS: at(admin),
        RESTATE_INGRESS__BIND_ADDRESS: at(ingress),
        RESTATE_DISABLE_TELEMETRY: 'true',
        RESTATE_LOG_FILTER: 'error',
      },
    },
  );
  const ten = sdk.service({
    name: 'bench',
    handlers: {
      async ten(ctx: RestateContext) {
        for (let n = 0; n < steps; n += 1) await ctx.run('step', () => n);
        return steps;
      },
    },
  });
  await sdk.serve({ services: [ten], port: handler });
  const post = (url: string, body: object) =>
    fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  for (let tries = 0; ; tries += 1) {
    const answer = await post(`http://${at(admin)}/deployments`, { uri: `http://${at(handler)}` }).catch(() => null);
    if (answer?.ok) break;
    if (tries === 120)
      throw new Error(`Restate takes no deployment: ${answer === null ? 'no answer' : await answer.text()}`);
    await delay(500);
  }
  return async () => {
    const answer = await post(`http://${at(ingress)}/bench/ten`, {});
    if (!answer.ok) throw new Error(`Restate refused a run: ${await answer.text()}`);
    await answer.text();
  };
}

const peers: Readonly<Record<string, () => Promise<Run>>> = {
  dbos,
  restate,
  'langgraph-sync': () => langGraph('sync'),
  'langgraph-async': () => langGraph('async'),
};

async function turn(run: Run): Promise<number> {
  const began = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: Number(callers) }, async () => {
      while (performance.now() - began < turnMs) {
        await run();
        done += steps;
      }
    }),
  );
  return done / ((performance.now() - began) / 1000);
}

try {
  const run = await peers[peer]?.();
  if (run === undefined) throw new Error(`There is no peer named ${peer}.`);
  for await (const _ of createInterface({ input: process.stdin })) process.stdout.write(`rate ${await turn(run)}\n`);
} catch (error) {
  process.stderr.write(`${peer}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  if (server?.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
}
process.exit();
