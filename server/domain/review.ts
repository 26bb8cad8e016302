/** What people say about a session's changes (domain.md, review): threads on files and lines, decisions, merges. */

export const sides = ['old', 'new'] as const;
/** `old` is the base's side of a diff, `new` the head's. */
export type Side = (typeof sides)[number];

/** Lines of one side, both ends included; from 1. */
export interface LineRange {
  readonly side: Side;
  readonly start: number;
  readonly end: number;
}

export interface Comment {
  readonly id: string;
  readonly teamId: string;
  readonly sessionId: string;
  /** The comment it answers; null for one that opens a thread. */
  readonly threadId: string | null;
  /** The task whose change it is about; null for that of the whole session. */
  readonly taskId: string | null;
  readonly path: string;
  /** Null for the whole file. */
  readonly range: LineRange | null;
  /** The commits of the diff it was written on. */
  readonly base: string;
  readonly head: string;
  /** The lines as they were; empty for the whole file. */
  readonly excerpt: readonly string[];
  readonly body: string;
  readonly author: Author;
  readonly createdAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: Author | null;
  readonly sentAt: Date | null;
}

/** A person by id; null where none stands behind it. The name is who they are today. */
export interface Author {
  readonly id: string | null;
  readonly name: string;
}

/** Where a comment stands in the diff that is shown now. */
export type Place =
  /** Its lines are what they were, or it is about a file that is still changed. */
  | { readonly state: 'current'; readonly range: LineRange | null }
  /** The same lines stand elsewhere in the file. */
  | { readonly state: 'moved'; readonly range: LineRange }
  /** Its lines or its file are no longer part of the change; `range` is where they were. */
  | { readonly state: 'outdated'; readonly range: LineRange | null };

/** A comment with where it stands, and what was answered. */
export interface Thread extends Comment {
  readonly place: Place;
  readonly replies: readonly Comment[];
}

export const reviewDecisions = ['accepted', 'changes_requested'] as const;
export type ReviewDecision = (typeof reviewDecisions)[number];

/** A person's word about a change as it stood; later ones stand beside it, none is rewritten. */
export interface Review {
  readonly id: string;
  readonly teamId: string;
  readonly sessionId: string;
  readonly decision: ReviewDecision;
  readonly base: string;
  readonly head: string;
  readonly note: string;
  readonly author: Author;
  /** The session that was made for the asked changes, where the old one had ended for good. */
  readonly followUpId: string | null;
  readonly followUpSlug: string | null;
  readonly createdAt: Date;
}

export const mergeWays = ['fast_forward', 'merge_commit', 'already_there'] as const;
export type MergeWay = (typeof mergeWays)[number];

/** A session's branch that went into its base. */
export interface Merge {
  readonly id: string;
  readonly teamId: string;
  readonly sessionId: string;
  /** The branch it went into. */
  readonly target: string;
  readonly way: MergeWay;
  /** Where the target stood before: going back there undoes it. */
  readonly before: string;
  readonly after: string;
  /** The session's own head that went in. */
  readonly head: string;
  /** It went to the remote of a URL. */
  readonly pushed: boolean;
  readonly branchDeleted: boolean;
  readonly warning: string | null;
  readonly author: Author;
  readonly createdAt: Date;
}

/** The numbered lines of a file's patch, by side. */
export interface PatchLines {
  readonly old: ReadonlyMap<number, string>;
  readonly new: ReadonlyMap<number, string>;
}

/** Reads a unified diff of one file: which lines of which side it shows. */
export function linesOfPatch(patch: string): PatchLines {
  const old = new Map<number, string>();
  const fresh = new Map<number, string>();
  let [oldAt, newAt, inside] = [0, 0, false];
  for (const line of patch.split('\n')) {
    const head = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (head !== null) {
      [oldAt, newAt, inside] = [Number(head[1]), Number(head[2]), true];
      continue;
    }
    if (line.startsWith('diff --git ')) inside = false;
    if (!inside) continue;
    const text = line.slice(1);
    if (line.startsWith(' ')) {
      old.set(oldAt++, text);
      fresh.set(newAt++, text);
    } else if (line.startsWith('-')) old.set(oldAt++, text);
    else if (line.startsWith('+')) fresh.set(newAt++, text);
  }
  return { old, new: fresh };
}

/** More lines than this in one comment say nothing about any of them. */
export const mostCommentedLines = 200;
/** What is kept of a line. */
const keptOfLine = 500;

/** The text of a range, or null when the patch does not show all of it. */
export function excerptOf(lines: PatchLines, { side, start, end }: LineRange): string[] | null {
  const texts: string[] = [];
  for (let at = start; at <= end; at += 1) {
    const text = lines[side].get(at);
    if (text === undefined) return null;
    texts.push(text.slice(0, keptOfLine));
  }
  return texts;
}

const redactionMark = '[redacted]';

/** Whether a kept line is this line; what was redacted when it was kept may be anything. */
function isLine(kept: string, now: string): boolean {
  if (!kept.includes(redactionMark)) return kept === now.slice(0, keptOfLine);
  let from = 0;
  return kept.split(redactionMark).every((part, place) => {
    const at = now.indexOf(part, from);
    from = at + part.length;
    return place === 0 ? at === 0 : at >= 0;
  });
}

/**
 * Where a comment stands in the file's present change: in its place, where its lines went (when they are there exactly
 * once), or outdated. `file` is null when the file is not part of the change any more; its `patch` is null when it is too
 * large to be shown, and then only an unchanged head vouches for the lines.
 */
export function placeOf(
  comment: Pick<Comment, 'range' | 'excerpt' | 'base' | 'head'>,
  now: { readonly base: string; readonly head: string },
  file: { readonly lines: PatchLines | null } | null,
): Place {
  const { range, excerpt } = comment;
  if (file === null) return { state: 'outdated', range };
  if (range === null || (comment.base === now.base && comment.head === now.head)) return { state: 'current', range };
  if (file.lines === null) return { state: 'outdated', range };
  const lines = file.lines[range.side];
  const stands = (start: number) =>
    excerpt.every((kept, offset) => {
      const text = lines.get(start + offset);
      return text !== undefined && isLine(kept, text);
    });
  if (stands(range.start)) return { state: 'current', range };
  const found = [...lines.keys()].filter(stands);
  const [start] = found;
  if (start === undefined || found.length > 1) return { state: 'outdated', range };
  return { state: 'moved', range: { side: range.side, start, end: start + excerpt.length - 1 } };
}

/** `src/sum.js, line 3` or `lines 3 to 7`, with the side where it is the old one. */
export function placeWords(path: string, range: LineRange | null): string {
  if (range === null) return path;
  const { side, start, end } = range;
  return `${path}, ${start === end ? `line ${start}` : `lines ${start} to ${end}`}${side === 'old' ? ' before the change' : ''}`;
}
