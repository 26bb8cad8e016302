import type { Actor } from '../../domain/actor.ts';

/** Who the timeline names for what the program does by itself. */
export const engineActor = (teamId: string): Actor => ({ kind: 'system', teamId, name: 'engine' });
