import type { Turn } from './rehearsal-turn.ts';

const worklog = 'WORKLOG.md';
const free = { usage: { input: 0, output: 0 }, waitSeconds: 0, context: {} };

/**
 * What the rehearsal model does without a script: reads the outline of the repository, writes an honest answer into
 * WORKLOG.md (after what stands there already), and ends. Where it is offered no tool to write with, it says what it saw.
 */
export function outlineTurn(task: string, results: ReadonlyMap<number, string>, mayWrite = true): Turn {
  const files = results.get(1);
  if (files === undefined) {
    return { ...free, text: 'Reading the outline of the repository.', move: call(1, 'glob', { pattern: '**/*' }) };
  }
  const known = outline(files);
  if (!mayWrite) {
    const seen = `I read the outline of the repository (${known.length} files) and changed nothing, since I may not write here.`;
    return {
      ...free,
      text: `Rehearsal finished: I have no intelligence and no script. ${seen}`,
      move: { kind: 'end' },
    };
  }
  if (known.includes(worklog) && !results.has(2)) {
    return { ...free, text: '', move: call(2, 'read', { filePath: worklog }) };
  }
  if (!results.has(3)) {
    const before = results.has(2) ? `${contentOf(results.get(2) ?? '').trimEnd()}\n\n` : '# Work log\n\n';
    return { ...free, text: '', move: call(3, 'write', { filePath: worklog, content: before + entry(task, known) }) };
  }
  const text = `Rehearsal finished: I have no intelligence and no script, so I only wrote what I saw into ${worklog}.`;
  return { ...free, text, move: { kind: 'end' } };
}

function call(step: number, tool: string, input: object): Turn['move'] {
  return { kind: 'tool', step, tool, input };
}

// OpenCode lists absolute paths; the shortest common folder of the list is the worktree.
function outline(result: string): string[] {
  const paths = result.split('\n').filter((line) => line.startsWith('/') && !line.includes('/.git/'));
  const folders = paths.map((path) => path.slice(0, path.lastIndexOf('/') + 1));
  let root = folders[0] ?? '/';
  while (!folders.every((folder) => folder.startsWith(root)))
    root = root.slice(0, root.lastIndexOf('/', root.length - 2) + 1);
  return paths.map((path) => path.slice(root.length)).sort();
}

function entry(task: string, files: readonly string[]): string {
  const listed = files.slice(0, 40).map((file) => `- ${file}\n`);
  const more = files.length > 40 ? `- and ${files.length - 40} more\n` : '';
  return `## Task ${task}

Written by the rehearsal model, which follows scripts and has no intelligence. The prompt held no script for this
task, so nothing was decided or changed but this file. The repository as it was found:

${listed.join('')}${more}`;
}

// The read tool numbers the lines and frames them; only the numbered ones are the file's.
function contentOf(result: string): string {
  const lines = result.split('\n').flatMap((line) => /^\d+: (.*)$/.exec(line)?.[1] ?? []);
  return lines.join('\n');
}
