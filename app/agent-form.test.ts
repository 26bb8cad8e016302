import { expect, test } from 'vitest';
import { agentValues, changedAgentValues, formOfAgent } from './agent-form.ts';
import { anAgent } from './fleet-testing.ts';

test('each capability goes where it was chosen to be, in the order of the list', () => {
  expect(
    agentValues({
      name: 'AGENT-ONE',
      held: { testing: 'primary', debugging: 'secondary', code_generation: 'primary', scaling: '' },
    }),
  ).toMatchObject({ primaryCapabilities: ['code_generation', 'testing'], secondaryCapabilities: ['debugging'] });
});

test('numbers are numbers, commas make lists, and what is no number stays for the mistake to be named', () => {
  expect(
    agentValues({
      temperature: '0.5',
      maxConcurrentTasks: 'many',
      preferredTechnologies: 'go, rust',
      preferredSessionTypes: 'review',
    }),
  ).toMatchObject({
    temperature: 0.5,
    maxConcurrentTasks: 'many',
    preferredTechnologies: ['go', 'rust'],
    avoidedTechnologies: [],
    preferredSessionTypes: ['review'],
  });
});

test('what an agent is comes out of its form unchanged', () => {
  const agent = anAgent({
    model: 'acme/large',
    secondaryCapabilities: ['debugging'],
    preferredSessionTypes: ['review', 'debug'],
    avoidedTechnologies: ['php'],
  });
  const form = formOfAgent(agent);
  const { version, type, ...changed } = { version: '3', ...form };
  const { name, model, primaryCapabilities, secondaryCapabilities, temperature, systemPrompt, permissionPreset } =
    agent;
  expect(changedAgentValues({ version, type, ...changed })).toEqual({
    name,
    model,
    primaryCapabilities,
    secondaryCapabilities,
    temperature,
    systemPrompt,
    permissionPreset,
    runtimeId: agent.runtimeId,
    preferredTechnologies: agent.preferredTechnologies,
    avoidedTechnologies: agent.avoidedTechnologies,
    preferredSessionTypes: agent.preferredSessionTypes,
    preferredComplexity: agent.preferredComplexity,
    minimumQuality: agent.minimumQuality,
    maxConcurrentTasks: agent.maxConcurrentTasks,
  });
});

test('an emptied model means the configured one', () => {
  expect(changedAgentValues({ name: 'AGENT-ONE' })).toMatchObject({ model: null, systemPrompt: '' });
});
