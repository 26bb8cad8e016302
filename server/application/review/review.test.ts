import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Session } from '../../domain/session.ts';
import { git } from '../../infrastructure/git/git-testing.ts';
import {
  addSession,
  addTeam,
  createInstance,
  fileAt,
  type House,
  historyOf,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('what is said about a change, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());

  const anew = async () => {
    place = await makePlace(house, { verify: ['cat a.txt'] });
    one = createInstance(house);
  };

  const edit = (text: string) => {
    one.play.current = async (run) => run.write('a.txt', text) as undefined;
  };
  async function finished(text = 'one\nTWO\nthree\n', fields: object = {}): Promise<Session> {
    edit(text);
    const { id } = await addSession(one, place, { start: true, ...fields }, place.member);
    return until(house, [one.dispatcher], id, ({ status }) => status === 'completed');
  }
  const line = (at: number, body = 'Why so loud?') => ({
    path: 'a.txt',
    side: 'new',
    startLine: at,
    body,
  });
  const refusedWith = (code: string, path?: string) =>
    path === undefined
      ? expect.objectContaining({ code })
      : expect.objectContaining({ code, details: [expect.objectContaining({ path })] });

  describe('on one session that is over', () => {
    let session: Session;
    beforeAll(async () => {
      await anew();
      session = await finished();
    });

    test('a thread is kept with its lines, answered, closed and opened, by member and up', async () => {
      const { threads } = one.services.reviews;
      const said = await threads.comment(place.other, session.slug, line(2));
      expect(said).toMatchObject({ excerpt: ['TWO'], author: { id: place.other.id, name: 'max' }, resolvedAt: null });
      await threads.reply(place.lead, session.id, said.id, { body: 'I wonder too.' });
      const [thread] = await threads.list(place.viewer, session.id);
      expect(thread).toMatchObject({ id: said.id, place: { state: 'current' }, replies: [{ body: 'I wonder too.' }] });
      await threads.resolve(place.member, session.id, said.id);
      await expect(threads.resolve(place.member, session.id, said.id)).rejects.toEqual(refusedWith('CONFLICT'));
      expect((await threads.list(place.viewer, session.id))[0]?.resolvedBy?.name).toBe('mia');
      await threads.reopen(place.member, session.id, said.id);
      expect((await threads.list(place.viewer, session.id))[0]?.resolvedAt).toBeNull();

      const told = (await historyOf(house, session.id)).filter(({ type }) => type === 'comment.created');
      expect(told.map(({ payload }) => payload.text)).toEqual(['Why so loud?', 'I wonder too.']);
      const audited = await one.services.audit.ofSession(place.lead, session.id, { limit: 50 });
      expect(audited.items.map(({ action }) => action)).toEqual(
        expect.arrayContaining(['comment.created', 'comment.resolved', 'comment.reopened']),
      );
    });

    test('viewers and other teams say nothing, and what is not in the change cannot be spoken of', async () => {
      const { threads } = one.services.reviews;
      await expect(threads.comment(place.viewer, session.id, line(2))).rejects.toEqual(refusedWith('FORBIDDEN'));
      const others = await addTeam(house, 'others');
      await expect(threads.comment(others.admin, session.id, line(2))).rejects.toEqual(refusedWith('NOT_FOUND'));
      await expect(threads.list(others.admin, session.id)).rejects.toEqual(refusedWith('NOT_FOUND'));
      await expect(threads.comment(place.member, session.id, line(40))).rejects.toEqual(
        refusedWith('INVALID', 'startLine'),
      );
      await expect(
        threads.comment(place.member, session.id, { path: 'README.md', body: 'Not changed.' }),
      ).rejects.toEqual(refusedWith('INVALID', 'path'));
      const elsewhere = await finished('four\n');
      const said = await threads.comment(place.member, session.id, line(2));
      await expect(threads.reply(place.member, elsewhere.id, said.id, { body: 'Hm' })).rejects.toEqual(
        refusedWith('NOT_FOUND'),
      );
    });

    test('an acceptance is for the head that was looked at, and stands once', async () => {
      const { reviews } = one.services;
      await expect(reviews.decide(place.viewer, session.id, { decision: 'accepted' })).rejects.toEqual(
        refusedWith('FORBIDDEN'),
      );
      await expect(
        reviews.decide(place.member, session.id, { decision: 'accepted', head: session.baseCommit }),
      ).rejects.toEqual(refusedWith('CONFLICT'));
      await reviews.decide(place.other, session.id, { decision: 'accepted', head: session.headCommit, note: 'Good.' });
      await expect(reviews.decide(place.member, session.id, { decision: 'accepted' })).rejects.toEqual(
        refusedWith('INVALID_TRANSITION'),
      );
      const { reviews: told } = await reviews.history(place.viewer, session.id);
      expect(told).toMatchObject([{ decision: 'accepted', head: session.headCommit, note: 'Good.' }]);
      const [entry] = (await one.services.audit.ofSession(place.lead, session.id, { limit: 1 })).items;
      expect(entry).toMatchObject({ action: 'diff.accepted', reason: 'Good.', before: { decision: null } });
    });

    test('chosen comments reach a session that has not ended as one prompt', async () => {
      const { reviews } = one.services;
      const said = await reviews.threads.comment(place.member, session.id, line(2));
      await expect(reviews.send(place.member, session.id, { commentIds: [said.id] })).rejects.toEqual(
        refusedWith('INVALID_TRANSITION'),
      );
      await house.opened.database.db.execute(`update sessions set status = 'paused' where id = '${session.id}'`);
      const prompt = await reviews.send(place.member, session.id, { commentIds: [said.id], note: 'Please.' });
      expect(prompt.text).toContain('a.txt, line 2');
      expect(prompt.text).toContain('Why so loud?');
      const sent = (await reviews.threads.list(place.viewer, session.id)).find(({ id }) => id === said.id);
      expect(sent?.sentAt).toBeInstanceOf(Date);
      await expect(reviews.send(place.other, session.id, { commentIds: [said.id] })).rejects.toEqual(
        refusedWith('FORBIDDEN'),
      );
    });
  });

  describe('on one of its own', () => {
    beforeEach(anew);

    test('changes asked of a completed session make one that goes on from its work', async () => {
      const session = await finished();
      const { reviews } = one.services;
      const said = await reviews.threads.comment(place.member, session.id, line(2));
      const asked = { decision: 'changes_requested', commentIds: [said.id], head: session.headCommit };
      edit('one\ntwo!\nthree\n');
      const review = await reviews.decide(place.other, session.slug, asked);
      expect(review).toMatchObject({ decision: 'changes_requested', head: session.headCommit, followUpSlug: 'IND-2' });
      const next = await until(
        house,
        [one.dispatcher],
        review.followUpId ?? '',
        ({ status }) => status === 'completed',
      );
      expect(next).toMatchObject({ parentId: session.id, baseCommit: session.headCommit, createdBy: place.other.id });
      expect(next.prompt).toContain('Why so loud?');
      expect(fileAt(place, next, 'a.txt')).toBe('one\ntwo!\nthree');
      const diff = await one.services.diffs.ofSession(place.viewer, next.id);
      expect(diff).toMatchObject({ base: session.headCommit, additions: 1, deletions: 1 });
      expect((await historyOf(house, session.id)).at(-1)).toMatchObject({
        type: 'session.updated',
        payload: { changes: { review: { from: null, to: 'changes_requested' } } },
      });
    });

    test('changes asked of a session that can be retried retry it with the words', async () => {
      edit('one\nTWO\nthree\n');
      const { id } = await addSession(one, place, { blueprint: 'refactoring', start: true }, place.member);
      await until(house, [one.dispatcher], id, ({ headCommit, baseCommit }) => headCommit !== baseCommit);
      await house.opened.database.db.execute(`update sessions set status = 'stopped', owner = null where id = '${id}'`);
      const review = await one.services.reviews.decide(place.member, id, {
        decision: 'changes_requested',
        note: 'Shorter, please.',
      });
      expect(review.followUpId).toBeNull();
      const session = await house.opened.store.sessions.byId(id);
      expect(session).toMatchObject({ status: 'queued', retryCount: 1 });
      expect((await house.opened.store.prompts.pending(id)).map(({ text }) => text)).toEqual([
        expect.stringContaining('Shorter, please.'),
      ]);
    });

    describe('the merge into the base', () => {
      const head = (ref: string) => git(place.source, 'rev-parse', ref);

      test('is refused without proof, done by a member, told, audited and done once', async () => {
        await house.opened.store.repositories.update(place.team.id, place.repository.id, { verify: [] });
        const session = await finished();
        const { reviews, taskEdits } = one.services;
        const base = head('main');
        expect((await reviews.preview(place.viewer, session.id)).refusal).toMatch(/No command proved task/);
        await expect(reviews.merge(place.member, session.id, {})).rejects.toEqual(refusedWith('INVALID_TRANSITION'));
        const [task] = await house.opened.store.tasks.bySession(session.id);
        await taskEdits.waive(place.lead, task?.id ?? '', { reason: 'There is nothing here to run.' });
        expect(await reviews.preview(place.viewer, session.id)).toMatchObject({
          refusal: null,
          preview: { outcome: 'fast_forward', before: base, commits: 1 },
        });
        await expect(reviews.merge(place.viewer, session.id, {})).rejects.toEqual(refusedWith('FORBIDDEN'));
        await expect(reviews.merge(place.member, session.id, { head: base })).rejects.toEqual(refusedWith('CONFLICT'));

        const merge = await reviews.merge(place.other, session.id, { head: session.headCommit, deleteBranch: true });
        expect(merge).toMatchObject({
          way: 'fast_forward',
          before: base,
          after: session.headCommit,
          branchDeleted: true,
        });
        expect(head('main')).toBe(session.headCommit);
        expect(git(place.source, 'branch', '--list', session.branch ?? '')).toBe('');
        expect((await one.services.diffs.ofSession(place.viewer, session.id)).additions).toBe(1);
        await expect(reviews.merge(place.member, session.id, {})).rejects.toEqual(refusedWith('INVALID_TRANSITION'));
        expect((await historyOf(house, session.id)).at(-1)).toMatchObject({
          type: 'merge.completed',
          payload: { taskId: null, commit: session.headCommit, before: base },
        });
        const [entry] = (await one.services.audit.ofSession(place.lead, session.id, { limit: 1 })).items;
        expect(entry).toMatchObject({
          action: 'session.merge',
          before: { ref: 'refs/heads/main', commit: base },
          after: { commit: session.headCommit, way: 'fast_forward' },
        });
      });

      test('waits for asked changes, and says what git has against it', async () => {
        const session = await finished();
        const { reviews } = one.services;
        await reviews.decide(place.member, session.id, { decision: 'changes_requested', note: 'Softer.' });
        expect((await reviews.preview(place.viewer, session.id)).refusal).toMatch(/asked for/);
        await reviews.decide(place.member, session.id, { decision: 'accepted' });
        writeFileSync(join(place.source, 'a.txt'), 'mine\n');
        await expect(reviews.merge(place.member, session.id, {})).rejects.toMatchObject({
          code: 'CONFLICT',
          message: expect.stringContaining('changes of its own'),
          details: { outcome: 'checked_out', files: ['a.txt'] },
        });
        git(place.source, 'commit', '--quiet', '--all', '--message', 'Mine');
        await expect(reviews.merge(place.member, session.id, {})).rejects.toMatchObject({
          code: 'CONFLICT',
          details: { outcome: 'conflict', files: ['a.txt'] },
        });
        expect((await reviews.history(place.viewer, session.id)).merges).toEqual([]);
      });

      test('that takes the branch away leaves a session that can be retried, and restored', async () => {
        one.play.current = async (run) => {
          if (one.started.length > 1) return { type: 'failed', failure: 'invalid', message: 'No.', retryAt: null };
          run.write('a.txt', 'one\nTWO\nthree\n');
          return undefined;
        };
        const { id } = await addSession(one, place, { blueprint: 'refactoring', start: true }, place.member);
        const half = await until(house, [one.dispatcher], id, ({ status }) => status === 'partially_completed');
        const merge = await one.services.reviews.merge(place.member, id, { deleteBranch: true });
        expect(merge).toMatchObject({ way: 'fast_forward', branchDeleted: true });
        edit('one\nTWO\nthree\nfour\n');
        await one.services.sessions.retry(place.member, id);
        const done = await until(
          house,
          [one.dispatcher],
          id,
          ({ status }) => status === 'completed' || status === 'failed',
        );
        expect(done).toMatchObject({ status: 'completed', branch: half.branch });
        expect(fileAt(place, done, 'a.txt')).toBe('one\nTWO\nthree\nfour');
        expect(git(place.source, 'merge-base', half.headCommit ?? '', done.branch ?? '')).toBe(half.headCommit);
      });

      test('that takes the branch away leaves checkpoints that can be restored', async () => {
        one.play.current = async (run) => {
          if (one.started.length > 2) return { type: 'failed', failure: 'invalid', message: 'No.', retryAt: null };
          run.write('a.txt', `${one.started.length}\n`);
          return undefined;
        };
        const { id } = await addSession(one, place, { blueprint: 'refactoring', start: true }, place.member);
        await until(house, [one.dispatcher], id, ({ status }) => status === 'partially_completed');
        await one.services.reviews.merge(place.member, id, { deleteBranch: true });
        const [first] = await one.services.checkpoints.list(place.member, id);
        const restored = await one.services.checkpoints.restore(place.member, id, first?.sequence ?? 0);
        expect(restored.resetTo).toBeNull();
        expect(git(place.source, 'rev-parse', restored.branch ?? '')).toBe(first?.commit);
      });

      test('that was cut off before it was recorded is found and recorded', async () => {
        const session = await finished();
        git(place.source, 'merge', '--quiet', '--ff-only', session.branch ?? '');
        const merge = await one.services.reviews.merge(place.member, session.id, {});
        expect(merge).toMatchObject({ way: 'already_there', after: session.headCommit });
      });

      test('of one session asked for by many at once is one merge', async () => {
        const session = await finished();
        const all = await Promise.allSettled(
          Array.from({ length: 4 }, () => one.services.reviews.merge(place.member, session.id, {})),
        );
        expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect((await one.services.reviews.history(place.viewer, session.id)).merges).toHaveLength(1);
      });
    });
  });
});
