import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import type { Route } from './+types/audit-export.ts';

/** The team's whole audit as JSON Lines, to be kept and checked elsewhere. */
export const loader = guarded(async ({ context }: Route.LoaderArgs) => {
  const lines = await context.get(servicesContext).audit.exportLines(actorOf(context));
  return new Response(streamOf(lines), {
    headers: {
      'Content-Type': 'application/x-ndjson; charset=utf-8',
      'Content-Disposition': 'attachment; filename="audit.jsonl"',
      'Cache-Control': 'no-store',
    },
  });
});

/** Read as fast as it is taken, so that a long record is never in memory whole. */
function streamOf(texts: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const reader = texts[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next = await reader.next();
      if (next.done) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    async cancel() {
      await reader.return?.();
    },
  });
}
