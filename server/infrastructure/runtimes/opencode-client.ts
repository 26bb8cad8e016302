import type { z } from 'zod';
import type { OpenCodeAddress } from './opencode-process.ts';

/** Why a request to OpenCode did not bring an answer: nobody there (`status` 0), or an error status. */
export class RuntimeProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'RuntimeProblem';
    this.status = status;
  }
}

/** Plain requests to one OpenCode process; every one has a deadline. */
export interface OpenCodeClient {
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>>;
  /** The body and the cursor to older entries, if there are any. */
  page<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
  ): Promise<{ value: z.infer<Schema>; cursor: string | null }>;
  /** Sends and reads the answer. */
  post<Schema extends z.ZodType>(path: string, body: object, schema: Schema): Promise<z.infer<Schema>>;
  send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<void>;
}

// A busy server with many directories was seen to take almost 6 s.
const deadlineMs = 20_000;

/** A client for one address. Throws RuntimeProblem, and nothing else, when OpenCode does not answer well. */
export function openCodeClient(address: OpenCodeAddress): OpenCodeClient {
  async function request(method: string, path: string, body?: object): Promise<Response> {
    let response: Response;
    try {
      response = await (address.fetch ?? fetch)(`${address.baseUrl}${path}`, {
        method,
        headers: { authorization: address.authHeader, ...(body && { 'content-type': 'application/json' }) },
        signal: AbortSignal.timeout(deadlineMs),
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new RuntimeProblem(0, 'OpenCode does not answer', error);
    }
    if (response.ok) return response;
    const text = await response.text().catch(() => '');
    throw new RuntimeProblem(
      response.status,
      `OpenCode answered ${response.status} to ${method} ${path}: ${text.slice(0, 300)}`,
    );
  }

  async function read<Schema extends z.ZodType>(response: Response, asked: string, schema: Schema) {
    let body: unknown;
    try {
      body = await response.json();
    } catch (error) {
      throw new RuntimeProblem(0, 'OpenCode broke off its answer', error);
    }
    const parsed = schema.safeParse(body);
    if (!parsed.success) {
      throw new RuntimeProblem(
        502,
        `OpenCode answered ${asked} in an unknown form: ${parsed.error.message.slice(0, 300)}`,
      );
    }
    return parsed.data;
  }

  async function page<Schema extends z.ZodType>(path: string, schema: Schema) {
    const response = await request('GET', path);
    return { value: await read(response, `GET ${path}`, schema), cursor: response.headers.get('x-next-cursor') };
  }

  return {
    page,
    get: async (path, schema) => (await page(path, schema)).value,
    post: async (path, body, schema) => read(await request('POST', path, body), `POST ${path}`, schema),
    async send(method, path, body) {
      const response = await request(method, path, body);
      // Read to the end, so that the connection can be used again.
      await response.arrayBuffer().catch(() => undefined);
    },
  };
}
