import express, { type Request, type Response } from 'express';
import { type FieldIssue, invalid } from '../../domain/errors.ts';

/** Levels a body may nest: what reads it further on follows it by recursion. */
const deepest = 64;

/** The most a body may weigh (api.md, PAYLOAD_TOO_LARGE). */
export const bodyLimit = 1024 * 1024;

// `strict: false` lets null and scalars through, which are well-formed JSON and get their own answer.
const parse = express.json({ limit: bodyLimit, strict: false, type: () => true });

/** The JSON object of a request, `{}` without a body. Read only now, when the sender is known and admitted. */
export async function readBody(req: Request, res: Response): Promise<object> {
  await new Promise<void>((done, fail) => parse(req, res, (error?: unknown) => (error ? fail(error) : done())));
  const body: unknown = req.body === undefined ? {} : req.body;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid([{ path: '', message: 'The body must be a JSON object' }]);
  }
  if (!boundedDepth(body, deepest)) throw invalid([{ path: '', message: `Nests more than ${deepest} levels deep` }]);
  const issues: FieldIssue[] = [];
  findUnstorable(body, '', issues);
  if (issues.length > 0) throw invalid(issues);
  return body;
}

/** Whether nothing nests deeper; looked at level by level, so that no depth can exhaust the stack. */
function boundedDepth(body: object, most: number): boolean {
  let level: object[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return false;
    level = level.flatMap((value) =>
      Object.values(value).filter((inner): inner is object => typeof inner === 'object' && inner !== null),
    );
  }
  return true;
}

// PostgreSQL can hold neither NUL nor half of a surrogate pair; a clear answer beats a failed statement.
function findUnstorable(value: unknown, path: string, issues: FieldIssue[]): void {
  if (issues.length >= 10) return;
  if (typeof value === 'string') {
    if (value.includes('\u0000')) issues.push({ path, message: 'Holds a NUL character' });
    else if (!value.isWellFormed()) issues.push({ path, message: 'Holds half of a surrogate pair' });
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    // Own keys of these names are data nowhere, and what copies them carelessly would change every object.
    if (key === '__proto__')
      issues.push({ path: path === '' ? key : `${path}.${key}`, message: 'May not be named so' });
    findUnstorable(key, `${path === '' ? '' : `${path}.`}(key)`, issues);
    findUnstorable(inner, path === '' ? key : `${path}.${key}`, issues);
  }
}
