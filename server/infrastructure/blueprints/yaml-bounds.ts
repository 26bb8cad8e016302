import type { CST } from 'yaml';

/** The largest blueprint file, in bytes. */
export const maxYamlBytes = 256 * 1024;
const maxDepth = 20;
const maxNodes = 20_000;
// Looking for a key that stands twice costs the square of a mapping's size.
const maxEntries = 1_000;

export type Fault = { readonly at: number; readonly reason: string };

interface Open {
  readonly token: CST.Token;
  readonly depth: number;
}

/**
 * What a parsed text holds that is refused before anything is built of it: nesting that would exhaust the stack, masses
 * of values, tags and directives. Null when there is nothing; `lastAlias` is where a bomb would go off.
 */
export function faultOf(tokens: readonly CST.Token[]): { fault: Fault | null; lastAlias: number } {
  let nodes = 0;
  let lastAlias = 0;
  const open: Open[] = tokens.map((token) => ({ token, depth: 0 })).reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    const refuse = (reason: string) => ({ fault: { at: token.offset, reason }, lastAlias });
    nodes += 1;
    if (nodes > maxNodes) return refuse(`It holds more than ${maxNodes.toLocaleString('en-US')} values`);
    if (depth > maxDepth) return refuse(`It is nested more than ${maxDepth} levels deep`);
    if (token.type === 'directive') return refuse('Directives (%YAML, %TAG) are not taken');
    if (token.type === 'alias') lastAlias = Math.max(lastAlias, token.offset);
    const tag = marksOf(token).find((mark) => mark.type === 'tag');
    if (tag !== undefined) return { fault: { at: tag.offset, reason: `Tags are not taken: ${tag.source}` }, lastAlias };
    if (token.type === 'document' && token.value) open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    if (token.items.length > maxEntries) return refuse(`It holds a list or mapping of more than ${maxEntries} entries`);
    for (const item of token.items) {
      if (item.value) open.push({ token: item.value, depth: depth + 1 });
      if (item.key) open.push({ token: item.key, depth: depth + 1 });
    }
  }
  return { fault: null, lastAlias };
}

/** Anchors, tags and the like that stand at a token or at one of its entries. */
function marksOf(token: CST.Token): CST.SourceToken[] {
  if (token.type === 'document') return token.start;
  if (token.type === 'block-scalar')
    return token.props.flatMap((mark) => ('source' in mark && mark.type !== 'alias' ? [mark as CST.SourceToken] : []));
  if (!('items' in token)) return [];
  return token.items.flatMap((item) => [...item.start, ...(item.sep ?? [])]);
}

/** What plain data is too much of after its aliases were followed: depth (so also cycles) and size. Null when bounded. */
export function excessOf(value: unknown): string | null {
  let nodes = 0;
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    nodes += 1;
    if (nodes > maxNodes) return `Its aliases unfold to more than ${maxNodes.toLocaleString('en-US')} values`;
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > maxDepth) return `Its aliases nest more than ${maxDepth} levels deep`;
    for (const one of Object.values(next.value)) open.push({ value: one, depth: next.depth + 1 });
  }
  return null;
}
