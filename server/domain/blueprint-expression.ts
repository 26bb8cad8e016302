/** The arithmetic of `{{ … }}` in a blueprint: parameter names, numbers, texts, + - * / ( ), and two functions. */
import { startsWithVerb } from './task.ts';

export type ParameterValue = string | number | boolean;

type Answer = { readonly value: ParameterValue } | { readonly problem: string };

const tokens = /\s*(?:(\d+(?:\.\d+)?)|"([^"]*)"|'([^']*)'|([A-Za-z]\w*)|(\S))/y;

interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'mark';
  readonly text: string;
}

/**
 * The value of an expression, or what is wrong with it; nothing of the program can be reached from here.
 * `verb(text, prefix)` is the text when it starts with an action verb, else prefix and text;
 * `choose(value, key, result, …)` is the result that follows the key equal to the value.
 */
export function evaluate(source: string, values: Readonly<Record<string, ParameterValue>>): Answer {
  const read = tokensOf(source);
  let at = 0;
  let problem: string | null = null;

  const fail = (message: string): ParameterValue => {
    problem ??= message;
    at = read.length;
    return 0;
  };
  const mark = (...wanted: string[]): string | null => {
    const token = read[at];
    if (token?.kind !== 'mark' || !wanted.includes(token.text)) return null;
    at += 1;
    return token.text;
  };
  const number = (value: ParameterValue, sign: string): number =>
    typeof value === 'number' ? value : Number(fail(`${sign} takes numbers, not ${JSON.stringify(value)}`));

  function sum(): ParameterValue {
    let left = product();
    for (let sign = mark('+', '-'); sign !== null; sign = mark('+', '-')) {
      const right = number(product(), sign);
      left = sign === '+' ? number(left, sign) + right : number(left, sign) - right;
    }
    return left;
  }

  function product(): ParameterValue {
    let left = factor();
    for (let sign = mark('*', '/'); sign !== null; sign = mark('*', '/')) {
      const right = number(factor(), sign);
      left = sign === '*' ? number(left, sign) * right : number(left, sign) / right;
    }
    return left;
  }

  function factor(): ParameterValue {
    if (mark('-')) return -number(factor(), '-');
    if (mark('(')) {
      const value = sum();
      return mark(')') ? value : fail('a ) is missing');
    }
    const token = read[at];
    if (token === undefined) return fail(source.trim() === '' ? 'there is nothing in it' : 'it ends too early');
    at += 1;
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'text') return token.text;
    if (token.kind === 'mark') return fail(`${token.text} was not expected`);
    if (mark('(')) return call(token.text);
    if (!Object.hasOwn(values, token.text)) return fail(`there is no parameter ${token.text}`);
    return values[token.text] ?? '';
  }

  function call(name: string): ParameterValue {
    const given: ParameterValue[] = [];
    while (!mark(')')) {
      if (given.length > 0 && !mark(',')) return fail('a , or ) is missing');
      given.push(sum());
    }
    if (name === 'verb' && given.length === 2) {
      const [text, prefix] = given.map(String);
      return startsWithVerb(text ?? '') ? (text ?? '') : `${prefix}${text}`;
    }
    if (name === 'choose' && given.length >= 3 && given.length % 2 === 1) {
      const [value, ...pairs] = given;
      const found = pairs.findIndex((key, place) => place % 2 === 0 && key === value);
      return found < 0 ? fail(`choose has nothing for ${JSON.stringify(value)}`) : (pairs[found + 1] ?? '');
    }
    return fail(`there is no ${name} with ${given.length} values; known are verb(text, prefix), choose(value, key, …)`);
  }

  const value = sum();
  if (problem === null && at < read.length) fail(`${read[at]?.text} was not expected`);
  if (problem === null && typeof value === 'number' && !Number.isFinite(value)) fail('it is no finite number');
  return problem === null ? { value } : { problem };
}

function tokensOf(source: string): Token[] {
  tokens.lastIndex = 0;
  const found: Token[] = [];
  for (let match = tokens.exec(source); match !== null; match = tokens.exec(source)) {
    const [, number, double, single, name, mark = ''] = match;
    if (number !== undefined) found.push({ kind: 'number', text: number });
    else if (name !== undefined) found.push({ kind: 'name', text: name });
    else if (double !== undefined || single !== undefined) found.push({ kind: 'text', text: double ?? single ?? '' });
    else found.push({ kind: 'mark', text: mark });
  }
  return found;
}
