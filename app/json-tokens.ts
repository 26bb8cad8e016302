export type TokenKind = 'key' | 'text' | 'number' | 'word' | 'mark';
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const pattern =
  /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b|([\s{}[\],:]+)|(.)/gsu;

/** JSON as pieces to be coloured; joined they are the text again, whatever it was. */
export function jsonTokens(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [whole, quoted, colon, number, word] of text.matchAll(pattern)) {
    if (quoted !== undefined && colon !== undefined)
      tokens.push({ kind: 'key', text: quoted }, { kind: 'mark', text: colon });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted });
    else tokens.push({ kind: number !== undefined ? 'number' : word !== undefined ? 'word' : 'mark', text: whole });
  }
  return tokens;
}
