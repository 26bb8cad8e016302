import type { Permission, Resource } from '../domain/actor.ts';
import { sampleOf } from './sample.ts';
import type { WholeTeam } from './two-teams.ts';

/** One call of the REST API, as its document tells it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly permission: Permission | null;
  readonly resource: Resource | undefined;
  readonly schema: object | undefined;
}

/** What the document of the API says there is. */
export function operationsOf(document: Record<string, unknown>): Operation[] {
  return Object.entries(document.paths as Record<string, Record<string, Record<string, unknown>>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, said]) => ({
        id: String(said.operationId),
        method: method.toUpperCase(),
        path,
        permission: (said['x-permission'] as Permission | undefined) ?? null,
        resource: said['x-resource'] as Resource | undefined,
        schema: (said.requestBody as { content: Record<string, { schema: object }> } | undefined)?.content[
          'application/json'
        ]?.schema,
      })),
  );
}

/** What a call must be asked with beside its address. */
const wanted: Readonly<Record<string, string>> = {
  '/datasets/{id}/file': '?part=train.chat.jsonl',
  '/contexts/{id}/diff': '?from=1',
  '/sessions/{id}/output': '?find=done',
};

/** The address with the thing of that team for every parameter; throws where the team has none, so that none is left out. */
export function filled({ path }: Pick<Operation, 'path'>, team: WholeTeam, last: WholeTeam = team): string {
  const words = path.split('/');
  const end = words.findLastIndex((word) => word.startsWith('{'));
  const address = words.map((word, place) => {
    if (!word.startsWith('{')) return word;
    const kind = words[place - 1] ?? '';
    if (kind === 'keys') return 'mark';
    const id = (place === end ? last : team).ids[kind];
    if (id === undefined) throw new Error(`The walk has nothing of the kind ${kind} for ${path}`);
    return id;
  });
  return `${address.join('/')}${wanted[path] ?? ''}`;
}

/**
 * The same team with its other things where there are two sorts of a kind: somebody who is only invited, an agent that runs
 * elsewhere, and one by its name.
 */
export const otherwise = (team: WholeTeam): WholeTeam[] => {
  const { invitations = '', external = '', 'agent name': name = '' } = team.ids;
  return [{ members: invitations, agents: external }, { agents: name }].map((ids) => ({
    ...team,
    ids: { ...team.ids, ...ids },
  }));
};

/** Whether the last parameter is an id of its own below another one: not a number or a word that only counts in there. */
export function nests({ path }: Pick<Operation, 'path'>): boolean {
  const words = path.split('/');
  const named = words.filter((_, place) => words[place + 1]?.startsWith('{'));
  return named.length > 1 && !['keys', 'checkpoints'].includes(named.at(-1) ?? '');
}

/** Bodies that are sound where the smallest one the schema takes is not, since the rest of the rule is no JSON schema. */
const sound: Readonly<Record<string, (team: WholeTeam) => unknown>> = {
  editTask: () => ({ title: 'Add another thing' }),
  addTask: () => ({ title: 'Add a thing' }),
  decomposeTask: () => ({ tasks: [{ key: 'a', title: 'Add a thing' }] }),
  assignTask: ({ ids }) => ({ agent: ids.agents }),
  linkTasks: ({ ids }) => ({ taskId: ids['free task'] }),
  unlinkTasksByBody: ({ ids }) => ({ dependencyId: ids['second dependency'] }),
  updateAgent: () => ({ temperature: 0.2 }),
  updateRuntime: () => ({ capacity: 2 }),
  sendComments: ({ ids }) => ({ commentIds: [ids.comments] }),
  resolveConflict: () => ({ files: [{ path: 'a.txt', choice: 'ours' }] }),
  shareContext: ({ ids }) => ({ sessionId: ids.sessions }),
  saveSessionAsBlueprint: () => ({ key: 'saved', name: 'Saved' }),
  approveApproval: ({ slug }) => ({ confirmation: slug, note: 'So be it.' }),
};

/** A body that the operation takes for the things of that team. */
export function soundBody(operation: Operation, team: WholeTeam, document: object): { body?: unknown } {
  const { id, method, schema } = operation;
  if (method === 'GET' || schema === undefined) return {};
  return { body: sound[id]?.(team) ?? sampleOf(schema, document) };
}

/** Ids that do not stand in the address: what names them, in a request about the asking team's own things. */
export const namedElsewhere: readonly (readonly [
  method: string,
  path: string,
  body: (named: WholeTeam['ids'], own: WholeTeam['ids']) => Record<string, unknown> | null,
])[] = [
  [
    'POST',
    '/sessions',
    (named) => ({ title: 'A title', prompt: 'Do it.', repositoryId: named.repositories, blueprint: 'single_task' }),
  ],
  [
    'POST',
    '/sessions',
    (named, own) => ({
      title: 'A title',
      prompt: 'Do it.',
      repositoryId: own.repositories,
      blueprint: 'single_task',
      parentId: named.sessions,
    }),
  ],
  [
    'POST',
    '/sessions',
    (named, own) => ({
      title: 'A title',
      prompt: 'Do it.',
      repositoryId: own.repositories,
      blueprint: 'single_task',
      preferredAgent: named.agents,
    }),
  ],
  ['PATCH', '/sessions/{sessions}', (named) => ({ preferredAgent: named.agents })],
  ['POST', '/sessions/{sessions}/tasks', (named) => ({ title: 'Add a thing', parentTaskId: named['free task'] })],
  ['POST', '/sessions/{sessions}/prompt', (named) => ({ text: 'Go on.', taskId: named.tasks })],
  ['POST', '/tasks/{tasks}/assign', (named) => ({ agent: named.agents })],
  ['POST', '/tasks/{tasks}/dependencies', (named) => ({ taskId: named['free task'] })],
  ['DELETE', '/tasks/{tasks}/dependencies', (named) => ({ dependencyId: named['third dependency'] })],
  ['POST', '/sessions/{sessions}/comments/send', (named) => ({ commentIds: [named.comments] })],
  ['POST', '/contexts', (named) => ({ scope: 'session', sessionId: named.sessions })],
  ['POST', '/contexts', (named) => ({ scope: 'agent', agentId: named.agents })],
  ['POST', '/contexts/{contexts}/share', (named) => ({ sessionId: named.sessions })],
  [
    'POST',
    '/contexts/merge',
    (named, own) => ({ targetId: own.contexts, sourceIds: [named['second context']], strategy: 'deep_merge' }),
  ],
  [
    'POST',
    '/contexts/merge',
    (named, own) => ({ targetId: named['second context'], sourceIds: [own.contexts], strategy: 'deep_merge' }),
  ],
  ['POST', '/agents/enrolment-codes', (named) => ({ agent: named['outside name'] })],
  ['POST', '/asks/answers', (named) => ({ ids: [named.asks], answer: { decision: 'once' } })],
];
