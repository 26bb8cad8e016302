import type { Task } from '../server/domain/task.ts';
import type { LiveEdge, LiveState } from './live.ts';
import { type Packed, pack, unpack } from './packed.ts';

/** A session's first state as the loader sends it: its graph in columns. */
export interface PackedLive extends Omit<LiveState, 'tasks' | 'edges'> {
  readonly tasks: Packed<Task>;
  readonly edges: Packed<LiveEdge>;
}

export function packLive({ tasks, edges, ...rest }: LiveState): PackedLive {
  return { ...rest, tasks: pack(tasks), edges: pack(edges) };
}

export function unpackLive({ tasks, edges, ...rest }: PackedLive): LiveState {
  return { ...rest, tasks: unpack(tasks), edges: unpack(edges) };
}
