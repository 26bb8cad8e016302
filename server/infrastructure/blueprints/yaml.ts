import { Composer, type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, Parser } from 'yaml';
import type { ReadYaml, YamlPath } from '../../application/blueprint-port.ts';
import { invalid } from '../../domain/errors.ts';
import { excessOf, faultOf, maxYamlBytes } from './yaml-bounds.ts';

/**
 * Reads one YAML document as plain data. What it is made of is judged before it is built: a text of a few hundred
 * kilobytes can otherwise fill the memory, the stack or minutes.
 */
export const readYaml: ReadYaml = (text) => {
  if (Buffer.byteLength(text) > maxYamlBytes) throw refusal('The text is larger than 256 KiB');
  const lines = new LineCounter();
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuseAt = (offset: number, reason: string, cause?: unknown) => refusal(reason, placeAt(offset), cause);

  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const { fault, lastAlias } = faultOf(tokens);
  if (fault !== null) throw refuseAt(fault.at, fault.reason);
  const [document, another] = new Composer({ prettyErrors: false, uniqueKeys: true }).compose(
    tokens,
    true,
    text.length,
  );
  if (document === undefined) throw refusal('There is nothing in it', placeAt(0));
  const [error] = document.errors;
  if (error !== undefined) throw refuseAt(error.pos[0], error.message, error);
  if (another !== undefined) throw refuseAt(another.range[0], 'There is more than one document in it');

  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw refuseAt(lastAlias, 'Its aliases unfold to too much, or name no anchor', cause);
  }
  const excess = excessOf(value);
  if (excess !== null) throw refuseAt(lastAlias, excess);

  return {
    value,
    placeOf: (path) => placeAt(offsetOf(document, path)),
    writtenAt: (path) => {
      const { node, left } = walk(document, path);
      return left === 0 && isScalar(node) ? (node.source ?? String(node.value)) : null;
    },
  };
};

function refusal(reason: string, place?: { line: number; column: number }, cause?: unknown) {
  const message = place === undefined ? reason : `Line ${place.line}, column ${place.column}: ${reason}`;
  const error = invalid([{ path: 'yaml', message, ...place }], message);
  if (cause !== undefined) error.cause = cause;
  return error;
}

/** As far down a path as the text goes: the node there, where it begins, and how many steps were left. */
function walk(document: Document, path: YamlPath): { node: Node | null; offset: number; left: number } {
  let node = follow(document, document.contents);
  let offset = node?.range?.[0] ?? 0;
  for (const [done, step] of path.entries()) {
    let next: unknown;
    let at: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : '') === String(step));
      next = pair?.value;
      at = pair?.key;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
      at = next;
    }
    if (at === undefined) return { node, offset, left: path.length - done };
    if (isNode(at) && at.range) offset = at.range[0];
    node = isNode(next) ? follow(document, next) : null;
  }
  return { node, offset, left: 0 };
}

const offsetOf = (document: Document, path: YamlPath): number => walk(document, path).offset;

function follow(document: Document, node: Node | null): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}
