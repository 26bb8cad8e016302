import type { Diff, DiffFile } from '../git-port.ts';
import { type Html, html } from './html.ts';
import { number } from './words.ts';

/** The files of a change and their lines, as far as they are held; what is not says so. */
export function diffPart({ files, base, head, additions, deletions, truncated }: Diff): Html {
  if (files.length === 0) return html`<p>Nothing was changed.</p>`;
  return html`<p>${number(files.length)} ${files.length === 1 ? 'file' : 'files'}, +${number(additions)} −${number(deletions)}, <code>${base.slice(0, 12)} … ${head.slice(0, 12)}</code>.</p>
${truncated ? html`<p class="mark">Not all of it is held here: files whose lines are missing say so. The patch has everything.</p>` : null}
<table><thead><tr><th>File</th><th>What</th><th>Lines</th></tr></thead><tbody>${files.map(
    (file) =>
      html`<tr><td class="data">${nameOf(file)}</td><td>${file.binary ? 'binary' : file.status}</td><td class="data">+${file.additions} −${file.deletions}</td></tr>`,
  )}</tbody></table>
${files.map((file) => html`<h3>${nameOf(file)}</h3>${lines(file)}`)}`;
}

const nameOf = ({ path, oldPath, status }: DiffFile) =>
  status === 'renamed' && oldPath !== null ? `${oldPath} → ${path}` : path;

function lines({ patch, binary, truncated }: DiffFile): Html {
  if (binary) return html`<p class="muted">A binary file; its content is not shown.</p>`;
  if (patch === null)
    return html`<p class="muted">${truncated ? 'Too large to be held here.' : 'No line changed.'}</p>`;
  const at = patch.indexOf('\n@@');
  const body = at === -1 ? '' : patch.slice(at + 1).replace(/\n$/, '');
  if (body === '') return html`<p class="muted">No line changed: only its name, its mode or its end.</p>`;
  return html`<pre class="diff">${body.split('\n').map((line) => html`<span class="${kindOf(line)}">${line === '' ? ' ' : line}</span>`)}</pre>${truncated ? html`<p class="mark">The rest of this file is too large to be held here.</p>` : null}`;
}

function kindOf(line: string): string {
  if (line.startsWith('@@')) return 'hunk';
  if (line.startsWith('+')) return 'add';
  return line.startsWith('-') ? 'del' : 'same';
}
