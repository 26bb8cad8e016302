/** `{{ … }}` in a blueprint's tasks: replaced in every text, wherever it stands. */
import { evaluate, type ParameterValue } from './blueprint-expression.ts';
import { type FieldIssue, invalid } from './errors.ts';

// Bounded, so that a text of nothing but braces and quotes costs no more than its length.
const placeholder = /\{\{((?:"[^"]{0,300}"|'[^']{0,300}'|[^"'{}]){0,500})\}\}/g;

/** No field of a plan may be longer; what grows past it is refused before it is built. */
const longest = 20_000;

/**
 * The tasks of a blueprint with every `{{ expression }}` replaced. A text that is nothing but one keeps the value's type,
 * so that hours stay numbers. Throws INVALID naming each place whose expression has no value.
 */
export function replaceParameters(
  tasks: readonly unknown[],
  values: Readonly<Record<string, ParameterValue>>,
): unknown[] {
  const issues: FieldIssue[] = [];

  function replaced(value: unknown, path: readonly (string | number)[]): unknown {
    if (typeof value === 'string') return textOf(value, path);
    if (Array.isArray(value)) return value.map((one, place) => replaced(one, [...path, place]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one, [...path, name])]));
  }

  function textOf(template: string, path: readonly (string | number)[]): ParameterValue {
    const found = [...template.matchAll(placeholder)];
    if (found.length === 0) return template;
    let text = '';
    let end = 0;
    for (const match of found) {
      const answer = evaluate(match[1] ?? '', values);
      if ('problem' in answer) {
        issues.push({ path: path.join('.'), message: `${match[0].slice(0, 80)}: ${answer.problem}` });
        return template;
      }
      if (match[0] === template) return path.at(-1) === 'title' ? shortened(String(answer.value)) : answer.value;
      text += template.slice(end, match.index) + written(answer.value);
      end = match.index + match[0].length;
      if (text.length > longest) {
        issues.push({ path: path.join('.'), message: 'The text is too long once its parameters are replaced' });
        return template;
      }
    }
    text += template.slice(end);
    return path.at(-1) === 'title' ? shortened(text) : text;
  }

  const plain = tasks.map((task, place) => replaced(task, ['tasks', place]));
  if (issues.length > 0) throw invalid(issues);
  return plain;
}

/** A text that says the same when it is read as a template. */
export function escapeTemplate(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}

function written(value: ParameterValue): string {
  return typeof value === 'number' ? String(Number(value.toFixed(6))) : String(value);
}

/** A session's title may fill a task's to the last character; what the blueprint says before it must still fit. */
function shortened(title: string): string {
  if (title.length <= 200) return title;
  // Never half of a pair: the database would not take it.
  return `${title.slice(0, 199).replace(/[\ud800-\udbff]$/, '')}…`;
}
