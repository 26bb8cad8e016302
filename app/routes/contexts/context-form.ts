import { z } from 'zod';

export const writeLabels = { path: 'Path', kind: 'Kind', value: 'Value' };

/** One value for one path; JSON is read, a text is taken as it stands. */
export const writeForm = z
  .object({
    path: z.string('Name the path, such as api.port').trim().min(1, 'Name the path, such as api.port'),
    kind: z.enum(['text', 'json'], 'Say how the value is to be read'),
    value: z.string().default(''),
    version: z.coerce.number().int(),
  })
  .transform((form, context) => {
    if (form.kind === 'text') return { ...form, json: form.value.replaceAll('\r\n', '\n') as unknown };
    const json = jsonOf(form.value);
    if (json === undefined) {
      context.addIssue({ code: 'custom', path: ['value'], message: 'This is no JSON; texts stand in double quotes' });
      return z.NEVER;
    }
    return { ...form, json };
  });

export interface WriteFormValues {
  path?: string;
  kind?: string;
  value?: string;
  version?: string;
}

export const createLabels = {
  name: 'Name',
  scope: 'Scope',
  sessionId: 'Session',
  agentId: 'Agent',
  data: 'First values',
};

export interface CreateFormValues {
  name?: string;
  scope?: string;
  sessionId?: string;
  agentId?: string;
  data?: string;
}

/** The form of a new context in the shape of the API; data that is no JSON stays a text, so that the schema names it. */
export function createValues({ data, ...rest }: Record<string, unknown>): unknown {
  if (typeof data !== 'string') return rest;
  return { ...rest, data: jsonOf(data) ?? data };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
