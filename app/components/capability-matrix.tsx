import { type Agent, agentTypes, capabilities, mayHoldPrimary } from '../../server/domain/agent.ts';
import { Scroller } from './scroller.tsx';

type Held = Pick<Agent, 'type' | 'enabled' | 'primaryCapabilities' | 'secondaryCapabilities'>;

/** Types against capabilities: how many of the agents in the choice hold each as their trade (■) or beside it (□). */
export function CapabilityMatrix({ agents }: { agents: readonly Held[] }) {
  const choice = agents.filter((agent) => agent.enabled);
  return (
    <Scroller label="Capability matrix">
      <table className="w-full border-collapse text-left font-data text-data">
        <caption className="px-3 py-2 text-left font-words text-data text-ink-2 lg:px-4">
          <span aria-hidden="true">■ 2</span>
          <span className="sr-only">Primary 2</span>: two agents hold it as their trade ·{' '}
          <span aria-hidden="true">□ 1</span>
          <span className="sr-only">secondary 1</span>: one holds it beside its trade · a dot: the type may hold it as
          its trade, and nobody does. Agents that are disabled are not counted.
        </caption>
        <thead>
          <tr className="border-b-2 border-line-2 bg-surface-1">
            <th scope="col" className="engraved sticky left-0 bg-surface-1 px-3 py-1.5 text-micro text-ink-3 lg:px-4">
              Capability
            </th>
            {agentTypes.map((type) => (
              <th key={type} scope="col" className="engraved px-3 py-1.5 text-micro text-ink-3">
                {type}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {capabilities.map((capability) => {
            const nobody = !choice.some((agent) => holds(agent, capability) !== null);
            return (
              <tr key={capability} className="border-b border-line-1">
                <th scope="row" className="sticky left-0 whitespace-nowrap bg-surface-0 px-3 py-1 font-normal lg:px-4">
                  {capability.replaceAll('_', ' ')}
                  {nobody && <span className="block text-micro text-caution">nobody holds it</span>}
                </th>
                {agentTypes.map((type) => (
                  <Mark
                    key={type}
                    primary={count(choice, type, capability, 'primary')}
                    secondary={count(choice, type, capability, 'secondary')}
                    allowed={mayHoldPrimary(type, capability)}
                  />
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroller>
  );
}

function Mark({ primary, secondary, allowed }: { primary: number; secondary: number; allowed: boolean }) {
  if (primary + secondary === 0) {
    return (
      <td className="whitespace-nowrap px-3 py-1 text-ink-3">
        {allowed && <span aria-hidden="true">·</span>}
        <span className="sr-only">{allowed ? 'nobody, though its trade' : 'nobody'}</span>
      </td>
    );
  }
  return (
    <td className={`whitespace-nowrap px-3 py-1 ${primary > 0 ? 'bg-surface-2' : ''}`}>
      {primary > 0 && <One glyph="■" word="primary" amount={primary} className="font-bold" />}
      {primary > 0 && secondary > 0 && ' '}
      {secondary > 0 && <One glyph="□" word="secondary" amount={secondary} className="text-ink-2" />}
    </td>
  );
}

function One({ glyph, word, amount, className }: { glyph: string; word: string; amount: number; className: string }) {
  return (
    <span className={className}>
      <span aria-hidden="true">{glyph}</span>
      <span className="sr-only">{word}</span> {amount}
    </span>
  );
}

type Kind = 'primary' | 'secondary';

function holds(agent: Held, capability: (typeof capabilities)[number]): Kind | null {
  if (agent.primaryCapabilities.includes(capability)) return 'primary';
  return agent.secondaryCapabilities.includes(capability) ? 'secondary' : null;
}

function count(agents: readonly Held[], type: Agent['type'], capability: (typeof capabilities)[number], kind: Kind) {
  return agents.filter((agent) => agent.type === type && holds(agent, capability) === kind).length;
}
