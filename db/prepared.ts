import type { PGlite } from '@electric-sql/pglite';

type Send = PGlite['execProtocolStream'];

interface Statement {
  readonly name: string;
  /** What the database answered when this statement was described; it does not change while it lives. */
  readonly described: Map<number, Awaited<ReturnType<Send>>>;
}

const parse = 0x50;
const describe = 0x44;
const bind = 0x42;
const close = 0x43;
const aStatement = 0x53;
const aPortal = 0x50;
/** A statement whose plan the server gave up: a table it reads has changed, or it is not known any more. */
const gone = ['0A000', '26000'];

/**
 * PGlite plans every statement anew, which costs more than running it, and on the event loop. This keeps statements
 * under a name, as a server's driver does: `query` sends the same messages, but known ones are only bound and executed.
 */
export function prepared(pglite: PGlite, most = 200): PGlite {
  const known = new Map<string, Statement>();
  /** Names to close when the next statement is made: not at once, since nothing but Sync is heard after an error. */
  const leaving: string[] = [];
  const send: Send = pglite.execProtocolStream.bind(pglite);
  // PGlite runs one query at a time, from Parse to Sync: these are about that one.
  let text = '';
  let current: Statement | null = null;
  let made = 0;

  function forget(query: string): void {
    const statement = known.get(query);
    if (statement === undefined) return;
    known.delete(query);
    leaving.push(statement.name);
  }

  async function begin(message: Uint8Array, options: Parameters<Send>[1]): ReturnType<Send> {
    text = preparable(message) ?? '';
    current = known.get(text) ?? null;
    known.delete(text);
    if (current !== null) {
      known.set(text, current);
      return [];
    }
    if (text === '') return send(message, options);
    const [oldest] = known.size < most ? [] : known.keys();
    if (oldest !== undefined) forget(oldest);
    for (const name of leaving.splice(0)) await send(closing(name), options);
    made += 1;
    const name = `p${made}`;
    const answer = await send(named(message, 5, name), options);
    current = { name, described: new Map() };
    known.set(text, current);
    return answer;
  }

  async function describing(message: Uint8Array, statement: Statement, options: Parameters<Send>[1]) {
    const what = message[5] ?? 0;
    const before = statement.described.get(what);
    if (before !== undefined) return before;
    const answer = await send(what === aStatement ? named(message, 6, statement.name) : message, options);
    if (what === aStatement || what === aPortal) statement.described.set(what, answer);
    return answer;
  }

  pglite.execProtocolStream = async (message, options) => {
    if (message[0] === parse) return begin(message, options);
    if (current === null) return send(message, options);
    try {
      if (message[0] === describe) return await describing(message, current, options);
      return await send(message[0] === bind ? named(message, 6, current.name) : message, options);
    } catch (error) {
      // Any other error is the query's own affair.
      if (gone.includes(String(Reflect.get(Object(error), 'code')))) forget(text);
      throw error;
    }
  };
  return pglite;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The text of a Parse without a name and without types given, when it reads or writes rows; null otherwise. */
function preparable(message: Uint8Array): string | null {
  const end = message.indexOf(0, 6);
  if (message[5] !== 0 || end < 0 || message[end + 1] !== 0 || message[end + 2] !== 0) return null;
  const query = decoder.decode(message.subarray(6, end));
  return /^\s*(select|with|insert|update|delete)\b/i.test(query) ? query : null;
}

/** The message with the name in the place of the empty one at `at`. */
function named(message: Uint8Array, at: number, name: string): Uint8Array {
  const bytes = encoder.encode(name);
  const result = new Uint8Array(message.length + bytes.length);
  result.set(message.subarray(0, at));
  result.set(bytes, at);
  result.set(message.subarray(at), at + bytes.length);
  new DataView(result.buffer).setInt32(1, result.length - 1);
  return result;
}

function closing(name: string): Uint8Array {
  const empty = new Uint8Array([close, 0, 0, 0, 0, aStatement, 0]);
  return named(empty, 6, name);
}
