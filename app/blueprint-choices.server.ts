import { expandBlueprint } from '../server/domain/blueprint.ts';
import { builtInBlueprints } from '../server/domain/built-in-blueprints.ts';
import { pert } from '../server/domain/estimate.ts';
import type { BlueprintChoice } from './components/blueprint-picker.tsx';

/** The built-in blueprints as a person chooses between them: what each does, in how many tasks, in how many hours. */
export function blueprintChoices(): BlueprintChoice[] {
  return builtInBlueprints.map(({ key, name, description, parameters }) => {
    const plan = expandBlueprint(key, {}, { title: 'Implement the goal', prompt: 'The goal.' });
    return {
      key,
      name,
      description,
      steps: plan.map((task) => ({ key: task.key, after: task.dependsOn.map((dependency) => dependency.key) })),
      hours: plan.reduce((sum, task) => sum + pert(task.estimate).expected, 0),
      parameters: parameters.map((parameter) => ({
        key: parameter.key,
        default: String(parameter.default),
        options: parameter.options ?? null,
        number: parameter.type === 'number',
      })),
    };
  });
}
