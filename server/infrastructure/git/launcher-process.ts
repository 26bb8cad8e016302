// The small process that starts git for the application (launcher.ts). It ends when the application does; a git that is
// still at work then is waited for, so that its limits hold to the end.

import { runGit } from './git-process.ts';
import type { LaunchReply, LaunchRequest, StopRequest } from './launcher.ts';

// What cannot be told has nobody left to hear it.
const tell = (reply: LaunchReply) =>
  new Promise<void>((told) => {
    if (process.send === undefined || !process.connected) return told();
    process.send(reply, undefined, undefined, () => told());
  });

const running = new Map<number, AbortController>();

process.on('message', (request: LaunchRequest | StopRequest) => {
  if ('stop' in request) return running.get(request.stop)?.abort();
  const { id, order } = request;
  const stop = new AbortController();
  running.set(id, stop);
  const ended = runGit(order, (chunk) => tell({ id, chunk }), stop.signal).finally(() => running.delete(id));
  ended.then(
    (end) => tell({ id, end }),
    ({ message, code, syscall }: NodeJS.ErrnoException) => tell({ id, failure: { message, code, syscall } }),
  );
});
