import type { BlueprintSummary } from '../server/application/blueprints.ts';
import type { BlueprintChoice } from './components/blueprint-picker.tsx';

/** The catalogue as a person chooses from it: what each does, in how many tasks, in how many hours, with which parameters. */
export function choicesOf(summaries: readonly BlueprintSummary[]): BlueprintChoice[] {
  return summaries.map(({ key, name, description, origin, tasks, hours, parameters, fault }) => ({
    key,
    name,
    description,
    own: origin.kind !== 'built_in',
    tasks,
    hours,
    fault,
    parameters: parameters.map((parameter) => ({
      key: parameter.key,
      default: String(parameter.default),
      options: parameter.type === 'boolean' ? ['true', 'false'] : (parameter.options ?? null),
      number: parameter.type === 'number',
    })),
  }));
}
