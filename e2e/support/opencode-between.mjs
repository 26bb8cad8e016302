#!/usr/bin/env node
// Stands between the app and the real OpenCode: started in its place by OPENCODE_BIN, it starts the real one on another
// port and passes everything on, but for what `fault.json` beside this copy of it asks for. Carries the app's marker
// like every child of OpenCode, and so is ended with it.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createServer as createProbe } from 'node:net';
import { dirname, join } from 'node:path';

const folder = dirname(process.argv[1]);
const real = readFileSync(join(folder, 'real'), 'utf8').trim();
const args = process.argv.slice(2);
if (args[0] !== 'serve') process.exit(spawnSync(real, args, { stdio: 'inherit' }).status ?? 1);

/** @returns {{ events?: 'drop' | 'half-open' | 'mute' | 'twice-and-swapped'; answer?: number; path?: string; times?: number }} */
function fault() {
  try {
    return JSON.parse(readFileSync(join(folder, 'fault.json'), 'utf8'));
  } catch {
    return {};
  }
}

const note = (what) => appendFileSync(join(folder, 'done.log'), `${what}\n`);
const free = await new Promise((done) => {
  const probe = createProbe().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});
const wanted = Number(args[args.indexOf('--port') + 1]);
const inner = spawn(
  real,
  args.map((word, at) => (args[at - 1] === '--port' ? String(free) : word)),
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
inner.once('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => inner.kill(signal));

const streams = new Set();
let refused = { asked: '', times: 0 };

const server = createServer((req, res) => {
  const { answer, path = '', times = Number.POSITIVE_INFINITY } = fault();
  const asked = `${answer} ${path}`;
  if (refused.asked !== asked) refused = { asked, times: 0 };
  if (answer !== undefined && req.url.includes(path) && refused.times < times) {
    refused.times += 1;
    note(`answered ${answer} to ${req.method} ${req.url}`);
    req.resume();
    res.writeHead(answer, { 'content-type': 'application/json' }).end('{"name":"Fault"}');
    return;
  }
  const headers = { ...req.headers, host: `127.0.0.1:${free}` };
  const onward = request({ port: free, host: '127.0.0.1', method: req.method, path: req.url, headers }, (got) => {
    res.writeHead(got.statusCode, got.headers);
    if (!req.url.startsWith('/global/event')) return void got.pipe(res);
    res.flushHeaders();
    streams.add(res);
    res.once('close', () => {
      streams.delete(res);
      got.destroy();
    });
    got.once('close', () => res.end());
    pass(got, res);
  });
  onward.once('error', () => res.destroy());
  req.pipe(onward);
});
server.keepAliveTimeout = 1000;

/** Event by event; each is one block of lines. */
function pass(got, res) {
  let text = '';
  let kept = null;
  got.setEncoding('utf8').on('data', (piece) => {
    text += piece;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end + 2);
      text = text.slice(end + 2);
      const first = event.includes('server.connected');
      switch (first ? undefined : fault().events) {
        case 'drop':
          note('dropped the stream');
          return res.destroy();
        case 'half-open':
          note('swallowed an event and the heartbeat');
          break;
        case 'mute':
          if (event.includes('heartbeat')) res.write(event);
          else note('swallowed an event');
          break;
        case 'twice-and-swapped':
          if (kept === null) kept = event;
          else {
            res.write(event + kept + kept + event);
            note('swapped and doubled two events');
            kept = null;
          }
          break;
        default:
          res.write(event);
      }
    }
  });
}

inner.stdout.setEncoding('utf8').on('data', (piece) => {
  // The app is told of the listening port once both listen.
  if (!piece.includes('opencode server listening on')) return process.stdout.write(piece);
  server.listen(wanted, '127.0.0.1', () => process.stdout.write(piece));
});
