import { expect } from 'vitest';
import { type ApiServer, openApiServer } from './api-server.ts';

export interface Workshop extends ApiServer {
  readonly repositoryId: string;
  /** A body that creates a session. */
  input(fields?: object): object;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers that the contract has judged already
  newSession(fields?: object): Promise<any>;
  /** Gives the session's place in the quota back. */
  cancel(id: string): Promise<void>;
}

/** The API with a repository registered, ready for sessions. */
export async function openWorkshop(options: Parameters<typeof openApiServer>[0] = {}): Promise<Workshop> {
  const server = await openApiServer(options);
  const registered = await server.api('POST', '/repositories', { body: { source: 'sample' } });
  expect(registered.status).toBe(201);
  const repositoryId: string = registered.body.id;
  const input = (fields: object = {}) => ({ title: 'Add a sum', prompt: 'Add it.', repositoryId, ...fields });
  return {
    ...server,
    repositoryId,
    input,
    async newSession(fields = {}) {
      const created = await server.api('POST', '/sessions', { body: input(fields) });
      expect(created.status).toBe(201);
      return created.body;
    },
    async cancel(id) {
      expect((await server.api('POST', `/sessions/${id}/cancel`)).status).toBe(200);
    },
  };
}
