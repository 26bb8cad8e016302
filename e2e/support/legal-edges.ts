/** The legal moves of sessions and tasks as the domain rules state them, written down a second time on purpose. */
export const sessionEdges: Record<string, readonly string[]> = {
  pending: ['queued', 'running', 'cancelled', 'failed'],
  queued: ['running', 'paused', 'cancelled', 'failed'],
  running: ['completed', 'partially_completed', 'failed', 'timeout', 'paused', 'stopped', 'degraded', 'orphaned'],
  degraded: ['running', 'completed', 'partially_completed', 'failed', 'timeout', 'paused', 'stopped', 'orphaned'],
  paused: ['running', 'queued', 'stopped', 'cancelled', 'orphaned'],
  failed: ['pending'],
  timeout: ['pending'],
  stopped: ['pending'],
  orphaned: ['pending'],
  partially_completed: ['pending'],
  completed: [],
  cancelled: [],
};

/** Where a force-complete may start; it is told by its own event beside the move. */
export const forceEdges: Record<string, readonly string[]> = Object.fromEntries(
  ['running', 'degraded', 'paused', 'partially_completed', 'failed', 'timeout', 'stopped', 'orphaned'].map((from) => [
    from,
    ['completed'],
  ]),
);

export const taskEdges: Record<string, readonly string[]> = {
  pending: ['ready', 'blocked', 'skipped', 'cancelled'],
  ready: ['assigned', 'paused', 'skipped', 'cancelled'],
  assigned: ['in_progress', 'ready', 'cancelled'],
  in_progress: ['completed', 'failed', 'blocked', 'paused', 'ready', 'cancelled'],
  blocked: ['ready', 'in_progress', 'skipped', 'cancelled'],
  paused: ['ready', 'in_progress', 'cancelled'],
  failed: ['pending', 'ready'],
  skipped: ['pending', 'ready'],
  cancelled: ['pending', 'ready'],
  completed: [],
};
