/** A file for download, read as fast as it is taken, so that a long record is never in memory whole. */
export function linesFile(
  name: string,
  texts: AsyncIterable<string>,
  type: 'application/x-ndjson' | 'application/json' = 'application/x-ndjson',
): Response {
  const encoder = new TextEncoder();
  const reader = texts[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await reader.next();
      if (next.done) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    async cancel() {
      await reader.return?.();
    },
  });
  return new Response(body, {
    headers: {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Disposition': `attachment; filename="${name}"`,
      'Cache-Control': 'no-store',
    },
  });
}
