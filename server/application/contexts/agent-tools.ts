import type { AgentActor } from '../../domain/actor.ts';
import type { Attempt, AttemptStatus } from '../../domain/attempt.ts';
import { valueAt } from '../../domain/context-data.ts';
import { formatPath, parsePath } from '../../domain/context-path.ts';
import { byRelevance, linesWithin, wordsOf } from '../../domain/context-relevance.ts';
import { type ContextTool, contextTools } from '../../domain/context-tools.ts';
import { DomainError, errorCodeOf, invalidFromZod } from '../../domain/errors.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import type { AgentTools, ToolAnswer } from '../tools-port.ts';
import { keepInSession } from './keep.ts';
import { contextsFor, leavesKnown } from './known.ts';

/** While its agent works an attempt has tools; what is being verified is over for the agent. */
const working: readonly AttemptStatus[] = ['starting', 'running', 'waiting'];

/** The most one answer holds, in bytes. */
const answerBytes = 32 * 1024;

interface Caller {
  attempt: Attempt;
  session: Session;
  actor: AgentActor;
}

/** The tools agents have from inside their runtime: reading what their session may know, and keeping more in its own context. */
export function createAgentTools(deps: Pick<Deps, 'store' | 'secrets' | 'clock'>): AgentTools {
  const { store } = deps;

  async function callerOf(attemptId: string): Promise<Caller> {
    const attempt = await store.attempts.get(attemptId);
    const session = attempt && (await store.sessions.byId(attempt.sessionId));
    if (!attempt || !session) throw new DomainError('FORBIDDEN', 'This attempt is not known.');
    judge(attempt, session);
    const agent = await store.agents.get(attempt.teamId, attempt.agentId);
    const name = agent?.name ?? 'a former agent';
    return { attempt, session, actor: { kind: 'agent', id: attempt.agentId, teamId: attempt.teamId, name } };
  }

  async function read({ session, attempt }: Caller, path: string | undefined): Promise<string> {
    const contexts = await contextsFor(store, session, attempt.agentId);
    if (path === undefined) {
      const leaves = await leavesKnown(store, contexts);
      if (leaves.length === 0) return 'Nothing is known yet.';
      return answer(byRelevance(leaves, ''));
    }
    parsePath(path);
    for (const context of contexts) {
      const { present, value } = valueAt(context.data, path);
      if (present) return bounded(JSON.stringify(value, null, 2));
    }
    return `Nothing stands at ${path}.`;
  }

  async function search({ session, attempt }: Caller, words: string): Promise<string> {
    const wanted = wordsOf(words);
    const leaves = await leavesKnown(store, await contextsFor(store, session, attempt.agentId));
    const found = leaves.filter(({ path, value }) =>
      [...wordsOf(`${path} ${JSON.stringify(value)}`)].some((word) => wanted.has(word)),
    );
    return found.length === 0 ? `Nothing is known of ${words}.` : answer(byRelevance(found, words));
  }

  async function keep(caller: Caller, values: Readonly<Record<string, unknown>>): Promise<string> {
    const paths = Object.keys(values).map((path) => formatPath(parsePath(path)));
    const context = await store.transaction(async (tx) => {
      // Judged again under the lock: a session that was taken over or stopped meanwhile is not written to.
      const session = await tx.sessions.lock(caller.session.id);
      const attempt = await tx.attempts.get(caller.attempt.id);
      if (attempt) judge(attempt, session);
      return keepInSession(deps, tx, session, values, caller.actor);
    });
    return `Kept ${paths.join(', ')}; the session's context is at version ${context.version}.`;
  }

  async function perform(caller: Caller, tool: ContextTool, raw: unknown): Promise<string> {
    switch (tool) {
      case 'context_get':
        return read(caller, parsed(tool, raw).path);
      case 'context_search':
        return search(caller, parsed(tool, raw).words);
      case 'context_set': {
        const { path, value, values } = parsed(tool, raw);
        return keep(caller, values ?? { [path ?? '']: value });
      }
    }
  }

  return {
    async call(attemptId, tool, input): Promise<ToolAnswer> {
      try {
        return { text: await perform(await callerOf(attemptId), tool, input), refused: false };
      } catch (error) {
        const code = errorCodeOf(error);
        if (code === null || code === 'INTERNAL') throw error;
        return { text: error instanceof Error ? error.message : code, refused: true };
      }
    },
  };
}

function judge(attempt: Attempt, session: Session): void {
  if (!working.includes(attempt.status))
    throw new DomainError('FORBIDDEN', `403: the attempt is ${attempt.status}; it reads and writes no more.`);
  if (attempt.epoch !== session.epoch)
    throw new DomainError(
      'FORBIDDEN',
      '403: the session was taken over by another process; this attempt is not its own.',
    );
  if (attempt.cutOff !== null) throw new DomainError('FORBIDDEN', `403: ${attempt.cutOff}`);
}

function parsed<Tool extends ContextTool>(tool: Tool, raw: unknown) {
  const result = contextTools[tool].input.safeParse(raw ?? {});
  if (!result.success) throw invalidFromZod(result.error);
  return result.data as ReturnType<(typeof contextTools)[Tool]['input']['parse']>;
}

function answer(leaves: Parameters<typeof linesWithin>[0]): string {
  const { lines, cut } = linesWithin(leaves, answerBytes);
  return [...lines, ...(cut > 0 ? [`(cut: ${cut} more; ask for a path, or search)`] : [])].join('\n');
}

function bounded(text: string): string {
  return text.length <= answerBytes ? text : `${text.slice(0, answerBytes)}… (cut: ${text.length} characters in all)`;
}
