import { z } from 'zod';
import { conflictChoices, conflictStatuses } from '../../../domain/conflict.ts';
import type { Answered } from '../services.ts';
import { id, iso, time } from './fields.ts';

const resolution = z.strictObject({
  path: z.string(),
  choice: z.enum(conflictChoices),
  content: z.string().nullable(),
});

const shape = {
  id,
  version: z.int().min(1),
  sessionId: id,
  taskId: id,
  attemptId: id.describe('The attempt whose work does not fit.'),
  status: z.enum(conflictStatuses),
  baseCommit: z.string().describe('Where both sides began.'),
  oursCommit: z.string().describe('The session branch at the moment of the conflict.'),
  theirsCommit: z.string().describe("The task's commit."),
  files: z.array(z.string()),
  message: z.string(),
  resolution: z.array(resolution).nullable(),
  resolvedBy: z.strictObject({ kind: z.string(), id: z.string().nullable(), name: z.string() }).nullable(),
  resolvedCommit: z.string().nullable(),
  createdAt: time,
  resolvedAt: time.nullable(),
};

const names = { sessionSlug: z.string(), sessionTitle: z.string(), taskTitle: z.string() };

export const conflictShape = z.strictObject(shape).meta({ id: 'Conflict' });
export const conflictRowShape = z.strictObject({ ...shape, ...names }).meta({ id: 'ConflictRow' });

const side = z.strictObject({
  path: z.string(),
  binary: z.boolean(),
  base: z.string().nullable(),
  ours: z.string().nullable().describe('As the session branch has it; null when it is not there.'),
  theirs: z.string().nullable().describe('As the task has it; null when it is not there.'),
  merged: z.string().nullable().describe('Joined, with conflict markers.'),
  truncated: z.boolean(),
});

export const conflictViewShape = z
  .strictObject({
    ...shape,
    ...names,
    taskKey: z.string(),
    attemptNumber: z.int().min(1),
    sides: z.array(side).describe('One for each of `files`; empty when their content is gone.'),
    contentGone: z.string().nullable().describe('Why the sides cannot be shown; null: they are.'),
  })
  .meta({ id: 'ConflictView' });

export function conflictOut(conflict: Answered<'conflicts', 'resolve'>): z.output<typeof conflictShape> {
  return {
    id: conflict.id,
    version: conflict.version,
    sessionId: conflict.sessionId,
    taskId: conflict.taskId,
    attemptId: conflict.attemptId,
    status: conflict.status,
    baseCommit: conflict.baseCommit,
    oursCommit: conflict.oursCommit,
    theirsCommit: conflict.theirsCommit,
    files: [...conflict.files],
    message: conflict.message,
    resolution: conflict.resolution === null ? null : conflict.resolution.map((one) => ({ ...one })),
    resolvedBy: conflict.resolvedBy === null ? null : { ...conflict.resolvedBy },
    resolvedCommit: conflict.resolvedCommit,
    createdAt: iso(conflict.createdAt),
    resolvedAt: conflict.resolvedAt === null ? null : iso(conflict.resolvedAt),
  };
}

type Row = Answered<'conflicts', 'list'>['items'][number];

export function conflictRowOut(row: Row): z.output<typeof conflictRowShape> {
  const { sessionSlug, sessionTitle, taskTitle } = row;
  return { ...conflictOut(row), sessionSlug, sessionTitle, taskTitle };
}

export function conflictViewOut(view: Answered<'conflicts', 'get'>): z.output<typeof conflictViewShape> {
  const { taskKey, attemptNumber, sides, contentGone } = view;
  return { ...conflictRowOut(view), taskKey, attemptNumber, sides, contentGone };
}
