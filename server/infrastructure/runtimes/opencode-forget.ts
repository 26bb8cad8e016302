import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { abortTree } from './opencode-abort.ts';
import { type OpenCodeClient, RuntimeProblem } from './opencode-client.ts';
import { descendantsOf, findSession, refreshMessages } from './opencode-remote.ts';
import { toolPart } from './opencode-shapes.ts';

const keptOutput = z.looseObject({ outputPath: z.string() });

/**
 * Deletes a session and all below it from OpenCode. Aborted first: one that is deleted while it runs stays busy until the
 * process ends. Of long outputs the session holds a part, the whole stands in a file beside the database that a deletion
 * leaves: those in `outputFolder` go first, since only the session says which they are. One that OpenCode wrote twice
 * has a second file that nothing names: it goes before the next start.
 */
export async function forgetRun(client: OpenCodeClient, id: string, outputFolder: string | null): Promise<void> {
  const session = await findSession(client, id);
  if (session === null) return;
  if (session.directory !== undefined && (await abortTree(client, id, session.directory, null)) === null)
    throw new DomainError('UNAVAILABLE', 'The run did not stop, so it was not deleted', { retryAfterSeconds: 60 });
  const below = await descendantsOf(client, id);
  // The deepest first: what is left when it breaks off is still found by its parent.
  for (const one of [...below.map((child) => child.id).reverse(), id]) {
    if (outputFolder !== null) await removeOutputs(client, one, outputFolder);
    await deleteSession(client, one);
  }
}

async function removeOutputs(client: OpenCodeClient, id: string, folder: string): Promise<void> {
  for (const { parts } of await refreshMessages(client, id, new Map())) {
    for (const part of parts) {
      const call = toolPart.safeParse(part);
      const kept = keptOutput.safeParse(call.data?.state.metadata);
      // By its name alone: nothing outside the folder is ever taken away.
      if (kept.success) await rm(join(folder, basename(kept.data.outputPath)), { force: true });
    }
  }
}

async function deleteSession(client: OpenCodeClient, id: string): Promise<void> {
  try {
    await client.send('DELETE', `/session/${id}`);
  } catch (error) {
    if (!(error instanceof RuntimeProblem && error.status === 404)) throw error;
  }
}
