import { type SQL, sql } from 'drizzle-orm';
import { comments, merges, reviews } from '../../../db/schema/reviews.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Author, Comment, Merge, Review } from '../../domain/review.ts';
import type { Handle, Row } from './handle.ts';
import { anyOf, decode, isId, storable } from './rows.ts';

const now = sql`clock_timestamp()`;

export function createComments(handle: Handle): Aggregates['comments'] {
  const select = async (where: SQL): Promise<Comment[]> =>
    (
      await handle.rows(sql`select c.*, a.name as author_name, r.name as resolver_name from comments c
        left join users a on a.id = c.created_by left join users r on r.id = c.resolved_by
        where ${where} order by c.created_at, c.id`)
    ).map(commentOf);
  const one = async (id: string): Promise<Comment> => {
    const [found] = isId(id) ? await select(sql`c.id = ${id}::uuid`) : [];
    if (found === undefined) throw new DomainError('NOT_FOUND', 'There is no such comment.');
    return found;
  };

  return {
    async insert({ range, excerpt, ...comment }) {
      const lines = { side: range?.side ?? null, startLine: range?.start ?? null, endLine: range?.end ?? null };
      await handle.db
        .insert(comments)
        .values(storable({ ...comment, ...lines, excerpt: [...excerpt], createdAt: now }));
      return one(comment.id);
    },

    async get(sessionId, id) {
      if (!isId(id)) return null;
      return (await select(sql`c.id = ${id}::uuid and c.session_id = ${sessionId}::uuid`))[0] ?? null;
    },

    ofSession: (sessionId) => select(sql`c.session_id = ${sessionId}::uuid`),

    async settle(id, { resolved, by }) {
      const changed = await handle.rows(
        resolved
          ? sql`update comments set resolved_at = ${now}, resolved_by = ${by}::uuid
              where id = ${id}::uuid and resolved_at is null returning id`
          : sql`update comments set resolved_at = null, resolved_by = null
              where id = ${id}::uuid and resolved_at is not null returning id`,
      );
      const comment = await one(id);
      if (changed.length === 0)
        throw new DomainError(
          'CONFLICT',
          resolved ? 'The comment is resolved already.' : 'The comment is open already.',
        );
      return comment;
    },

    async markSent(ids) {
      await handle.rows(sql`update comments set sent_at = ${now} where id::text = ${anyOf(ids)}`);
    },
  };
}

export function createReviewDecisions(handle: Handle): Aggregates['reviews'] {
  const select = async (where: SQL): Promise<Review[]> =>
    (
      await handle.rows(sql`select v.*, a.name as author_name, f.slug as follow_up_slug from reviews v
        left join users a on a.id = v.created_by left join sessions f on f.id = v.follow_up_id
        where ${where} order by v.created_at desc, v.id`)
    ).map(reviewOf);
  return {
    async insert(review) {
      await handle.db.insert(reviews).values(storable({ ...review, createdAt: now }));
      return stored(await select(sql`v.id = ${review.id}::uuid`));
    },
    ofSession: (sessionId) => select(sql`v.session_id = ${sessionId}::uuid`),
  };
}

export function createMerges(handle: Handle): Aggregates['merges'] {
  const select = async (where: SQL): Promise<Merge[]> =>
    (
      await handle.rows(sql`select m.*, a.name as author_name from merges m
        left join users a on a.id = m.created_by where ${where} order by m.created_at desc, m.id`)
    ).map(mergeOf);
  return {
    async insert(merge) {
      const written = await handle.db
        .insert(merges)
        .values(storable({ ...merge, createdAt: now }))
        .onConflictDoNothing()
        .returning({ id: merges.id });
      if (written.length === 0) throw new DomainError('CONFLICT', 'This head of the session is merged already.');
      return stored(await select(sql`m.id = ${merge.id}::uuid`));
    },
    ofSession: (sessionId) => select(sql`m.session_id = ${sessionId}::uuid`),
  };
}

function stored<T>([row]: readonly T[]): T {
  if (row === undefined) throw new DomainError('INTERNAL', 'The row was not stored');
  return row;
}

// Who has no name any more, or never was a person.
const author = (id: string | null, name: unknown): Author => ({
  id,
  name: typeof name === 'string' ? name : 'a program',
});

function commentOf(row: Row): Comment {
  const { side, startLine, endLine, createdBy, resolvedBy, ...comment } = decode(comments, row);
  return {
    ...comment,
    range: side === null || startLine === null ? null : { side, start: startLine, end: endLine ?? startLine },
    author: author(createdBy, row.author_name),
    resolvedBy: comment.resolvedAt === null ? null : author(resolvedBy, row.resolver_name),
  };
}

function reviewOf(row: Row): Review {
  const { createdBy, ...review } = decode(reviews, row);
  const slug = row.follow_up_slug;
  return {
    ...review,
    followUpSlug: typeof slug === 'string' ? slug : null,
    author: author(createdBy, row.author_name),
  };
}

function mergeOf(row: Row): Merge {
  const { createdBy, ...merge } = decode(merges, row);
  return { ...merge, author: author(createdBy, row.author_name) };
}
