const HEADER = '\ndiff --git ';

export interface PatchSection {
  text: string;
  /** The section is longer than the bound; what is left is a patch of its own. */
  cut: boolean;
}

export interface PatchSplitter {
  push(chunk: Buffer): void;
  end(): PatchSection[];
}

/**
 * Splits git's patch output into one section per file while it streams, keeping at most `bytes` of each. Inside a
 * hunk every line starts with a blank, +, - or \, so a line that starts with the header's words is a header.
 */
export function createPatchSplitter(bytes: number): PatchSplitter {
  const sections: { kept: string; cut: boolean }[] = [];
  // latin1 keeps every byte as one character, whatever the file's encoding is.
  let carry = '\n';

  const append = (text: string) => {
    const section = sections.at(-1);
    if (section === undefined || text === '') return;
    const room = bytes - section.kept.length;
    section.kept += text.slice(0, Math.max(0, room));
    if (text.length > room) section.cut = true;
  };

  return {
    push(chunk) {
      let text = carry + chunk.toString('latin1');
      for (let at = text.indexOf(HEADER); at !== -1; at = text.indexOf(HEADER)) {
        append(text.slice(0, at + 1));
        sections.push({ kept: 'diff --git ', cut: false });
        text = text.slice(at + HEADER.length);
      }
      // The end may be the beginning of a header.
      const keep = Math.min(text.length, HEADER.length - 1);
      append(text.slice(0, text.length - keep));
      carry = text.slice(text.length - keep);
    },
    end() {
      append(carry);
      carry = '';
      return sections.map(({ kept, cut }) => {
        const text = Buffer.from(kept, 'latin1').toString('utf8');
        return cut ? { text: wellFormed(text), cut } : { text, cut };
      });
    },
  };
}

/** A cut patch with whole lines only and the last hunk's counts made true, so that every reader can parse it. */
function wellFormed(text: string): string {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  lines.pop();
  const at = lines.findLastIndex((line) => line.startsWith('@@ '));
  const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/.exec(lines[at] ?? '');
  if (hunk) {
    const body = lines.slice(at + 1);
    const removed = body.filter((line) => line.startsWith('-') || line.startsWith(' ')).length;
    const added = body.filter((line) => line.startsWith('+') || line.startsWith(' ')).length;
    lines[at] = `@@ -${hunk[1]},${removed} +${hunk[2]},${added} @@${hunk[3]}`;
    if (body.length === 0) lines.splice(at);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
