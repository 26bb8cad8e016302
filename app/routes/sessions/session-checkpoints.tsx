import { lossOf } from '../../../server/domain/checkpoint-loss.ts';
import { actorOf } from '../../auth.server.ts';
import { Checkpoints } from '../../components/checkpoints.tsx';
import { commandsOf } from '../../components/command-bar-rules.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import { checkpointLine } from '../../live-attempt.ts';
import type { Route } from './+types/session-checkpoints.ts';

export const loader = guarded(async ({ context, params }: Route.LoaderArgs) => {
  const { checkpoints, tasks } = context.get(servicesContext);
  const actor = actorOf(context);
  const [list, { nodes }] = await Promise.all([checkpoints.list(actor, params.slug), tasks.graph(actor, params.slug)]);
  const lines = list.map((one) => ({ ...checkpointLine(one), loss: lossOf(one, nodes, list) }));
  return { checkpoints: lines.toSorted((a, b) => b.sequence - a.sequence) };
});

/** The durable points, and the way back to one of them. */
export default function SessionCheckpoints({ loaderData }: Route.ComponentProps) {
  const { state, actor } = useSessionRoom();
  const facts = { ...state.session, everStarted: state.tasks.some((task) => task.startedAt !== null) };
  const restore = commandsOf(facts, actor).find((command) => command.intent === 'restore');
  return (
    <Checkpoints checkpoints={loaderData.checkpoints} slug={state.session.slug} refusal={restore?.refusal ?? null} />
  );
}
