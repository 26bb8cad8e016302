import { expect } from '@playwright/test';
import type { Reply } from './rest.ts';

/** The one form of every error, with the field it is about where there is one, and what its sentence says. */
export function expectError(reply: Reply, status: number, code: string, path?: string, message?: RegExp): void {
  expect(reply.status, reply.text).toBe(status);
  expect(reply.error).toMatchObject({ code, message: expect.any(String), requestId: expect.any(String) });
  expect(Object.keys(reply.body as object)).toEqual(['error']);
  expect(reply.text, 'nothing of the inside').not.toMatch(/node_modules|\.ts:\d|select .* from/i);
  if (message !== undefined) expect(reply.error?.message).toMatch(message);
  if (path !== undefined) {
    const details = JSON.stringify(reply.error?.details);
    expect(details).toContain(`"path":"${path}"`);
  }
}
