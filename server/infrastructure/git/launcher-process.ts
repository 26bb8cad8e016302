// The small process that starts git for the application (launcher.ts). It ends when the application does; a git that is
// still at work then is waited for, so that its limits hold to the end.

import { runGit } from './git-process.ts';
import type { LaunchReply, LaunchRequest } from './launcher.ts';

// What cannot be told has nobody left to hear it.
const tell = (reply: LaunchReply) =>
  new Promise<void>((told) => {
    if (process.send === undefined || !process.connected) return told();
    process.send(reply, undefined, undefined, () => told());
  });

process.on('message', ({ id, order }: LaunchRequest) => {
  runGit(order, (chunk) => tell({ id, chunk })).then(
    (end) => tell({ id, end }),
    ({ message, code, syscall }: NodeJS.ErrnoException) => tell({ id, failure: { message, code, syscall } }),
  );
});
