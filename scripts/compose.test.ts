import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { environmentSchema } from '../server/config.ts';

const compose = parse(readFileSync(new URL('../deploy/compose.yaml', import.meta.url), 'utf8'));

test('the compose file names only variables the server reads, and what several instances need', () => {
  const { orchestrator, redis } = compose.services;
  for (const name of Object.keys(orchestrator.environment))
    expect(Object.keys(environmentSchema.shape)).toContain(name);
  expect(orchestrator.environment.DATABASE_URL).toContain('@postgres:5432/');
  expect(new URL(orchestrator.environment.REDIS_URL).hostname).toBe('redis');
  expect(orchestrator.deploy.replicas).toBe(3);
  // A shared data directory would be refused by its lock; a longer stop than the server's own is no hand-over.
  expect(orchestrator.volumes).toEqual(['/data']);
  expect(Number.parseInt(orchestrator.stop_grace_period, 10)).toBeGreaterThan(15);
  expect(redis.command).toContain('noeviction');
  expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(Object.keys(orchestrator.depends_on)));
});
