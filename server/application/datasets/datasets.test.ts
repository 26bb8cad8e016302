import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { UserActor } from '../../domain/actor.ts';
import {
  addSession,
  addTeam,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';
import { createCuration } from './curation.ts';

const late = 'a-key-that-became-secret-later';

describe.each(['pglite', 'postgres'] as const)('datasets on %s', (kind) => {
  let house: House;
  let place: Place;
  let instance: Instance;

  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house, { verify: ['true'] });
    instance = createInstance(house);
  });

  const run = (statement: ReturnType<typeof sql>) => house.opened.database.db.execute(statement);
  const curation = (owner = 'one', formerOwners: string[] = []) => {
    const redact = (text: string) => instance.deps.redact(text).replaceAll(late, '[redacted]');
    return createCuration({ ...instance.deps, redact, owner, formerOwners, version: '1.0.0' });
  };
  const agree = (actor: UserActor = place.admin) => instance.services.datasets.setConsent(actor, { given: true });
  const input = { name: 'Fixes', licence: 'Internal use only' };

  /** A session that was really worked on and proven. */
  async function proven(words: string, actor: UserActor = place.admin) {
    instance.play.current = async (play) => {
      play.tell({ type: 'output', key: randomUUID(), kind: 'text', text: `I do ${words} with ${late}` });
      play.write('made.txt', `${randomUUID()}\n`);
      return { type: 'completed', text: `Done: ${words}` };
    };
    const { id, slug } = await addSession(instance, place, { start: true, prompt: `Do ${words}.` }, actor);
    await until(house, [instance.dispatcher], id, ({ status }) => status === 'completed', 110);
    return { id, slug };
  }

  async function written(): Promise<string> {
    const { id } = await instance.services.datasets.create(place.admin, input);
    await curation().curate(id);
    return id;
  }

  async function text(id: string, part: string): Promise<string> {
    const { lines } = await instance.services.datasets.file(place.admin, id, part);
    let all = '';
    for await (const some of lines) all += some;
    return all;
  }

  test('nothing is taken without consent; with it files come whose checksums hold, and a deleted session is not in them', {
    timeout: 240_000,
  }, async () => {
    const { datasets } = instance.services;
    const one = await proven('alpha');
    const two = await proven('beta');
    await expect(datasets.create(place.admin, input)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await datasets.preview(place.admin, {})).toMatchObject({ samples: 2, sessions: 2, train: 2, eval: 0 });
    await agree();
    const id = await written();
    const done = await datasets.get(place.admin, id);
    expect([done.status, done.total, done.done, done.offered]).toEqual(['completed', 2, 2, 2]);
    for (const part of ['train.chat.jsonl', 'train.atif.jsonl', 'eval.chat.jsonl', 'README.md'] as const) {
      const body = await text(id, part);
      expect(createHash('sha256').update(body).digest('hex')).toBe(done.files?.[part].sha256);
      expect(body).not.toContain(late);
    }
    const chat = (await text(id, 'train.chat.jsonl'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(chat).toHaveLength(2);
    expect(JSON.stringify(chat)).toContain('I do alpha with [redacted]');
    expect(done.card?.redactions).toBe(2);

    await instance.services.sessions.remove(place.admin, one.id);
    const less = await datasets.get(place.admin, id);
    expect([less.offered, less.card?.train.sessions]).toEqual([1, [two.slug]]);
    const body = await text(id, 'train.chat.jsonl');
    expect(body).not.toContain('alpha');
    expect(createHash('sha256').update(body).digest('hex')).toBe(less.files?.['train.chat.jsonl'].sha256);
    const actions = (await instance.services.audit.list(place.admin, { subject: 'dataset' }, { limit: 50 })).items.map(
      ({ action }) => action,
    );
    expect(actions.filter((action) => action === 'dataset.downloaded')).toHaveLength(6);
    expect(actions).toContain('dataset.completed');

    // An erased person's work is offered no longer, and not taken again.
    await run(sql`update sessions set created_by = ${place.member.id}::uuid where id = ${two.id}::uuid`);
    await instance.services.peopleData.erase(place.admin, place.member.id, place.member.email);
    expect((await datasets.get(place.admin, id)).offered).toBe(0);
    expect((await datasets.preview(place.admin, {})).leftOut.author_erased).toBe(1);
  });

  test('a job that died goes on where it was; a withdrawn consent ends it and takes everything back', {
    timeout: 240_000,
  }, async () => {
    const { datasets } = instance.services;
    await proven('gamma');
    await agree();
    const first = await datasets.create(place.admin, input);
    // As if the process had been killed in the middle: it holds the claim and will never come back.
    await house.opened.store.datasets.claim(first.id, 'dead', 3_600);
    await curation('next').curate(first.id);
    expect((await datasets.get(place.admin, first.id)).status).toBe('pending');
    await curation('next', ['dead']).recover();
    await curation('next').curate(first.id);
    expect((await datasets.get(place.admin, first.id)).status).toBe('completed');

    const second = await datasets.create(place.admin, { ...input, name: 'Second' });
    const consent = await datasets.setConsent(place.admin, { given: false });
    expect(consent).toMatchObject({ given: false, version: 2, changedBy: place.admin.name });
    await curation().curate(second.id);
    expect(await datasets.get(place.admin, second.id)).toMatchObject({ status: 'cancelled', total: 0 });
    expect(await datasets.get(place.admin, first.id)).toMatchObject({ status: 'completed', total: 0, files: null });
    await expect(datasets.file(place.admin, first.id, 'README.md')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(datasets.retry(place.admin, second.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(datasets.setConsent(place.admin, { given: true }, 1)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('only an admin of the team lets data out; nothing to take fails with the reason, and may be tried again', {
    timeout: 120_000,
  }, async () => {
    const { datasets } = instance.services;
    const other = await addTeam(house, 'other');
    await agree();
    const id = await written();
    expect(await datasets.get(place.viewer, id)).toMatchObject({ status: 'failed', total: 0 });
    for (const actor of [place.viewer, place.member, place.lead]) {
      await expect(datasets.create(actor, input)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(datasets.setConsent(actor, { given: true })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(datasets.file(actor, id, 'README.md')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    for (const verb of ['get', 'cancel', 'retry', 'remove'] as const)
      await expect(datasets[verb](other.admin, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const wrong = { ...input, repositoryIds: [other.repository.id] };
    await expect(datasets.create(place.admin, wrong)).rejects.toMatchObject({ code: 'INVALID' });
    expect((await datasets.retry(place.admin, id)).status).toBe('pending');
    await expect(datasets.remove(place.admin, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await datasets.cancel(place.admin, id)).status).toBe('cancelled');
    await datasets.remove(place.admin, id);
    expect(await datasets.list(place.admin)).toEqual([]);
  });
});
