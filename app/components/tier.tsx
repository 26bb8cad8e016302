import clsx from 'clsx';
import type { Agent } from '../../server/domain/agent.ts';
import { nextProbeAt } from '../../server/domain/agent-recovery.ts';
import { tierSigns } from '../agent-status.ts';
import { useNow } from '../hooks/use-clock.tsx';
import { toneText } from '../status.ts';
import { Countdown } from './age.tsx';
import { Glyph } from './glyph.tsx';

type Shown = Pick<Agent, 'tier' | 'degradedAt' | 'load'>;

/** How good the record is; a degraded one looks wrong and says what brings it back. */
export function Tier({ agent }: { agent: Shown }) {
  const sign = tierSigns[agent.tier];
  if (sign.tone !== 'caution') return sign.word;
  return (
    <>
      <span className={clsx('flex items-center gap-1 font-bold', toneText[sign.tone])} title={sign.meaning}>
        <Glyph name={sign.glyph} size={12} />
        {sign.word}
      </span>
      <NextProbe agent={agent} />
    </>
  );
}

/** When a degraded agent gets work again: one task at a time, to see whether it does better now. */
export function NextProbe({ agent }: { agent: Shown }) {
  const now = useNow();
  const at = nextProbeAt(agent);
  if (at === null) return null;
  return (
    <span className="block text-ink-2">
      {agent.load.current > 0 ? (
        'probe after its task'
      ) : at <= now ? (
        'probe with the next task'
      ) : (
        <>
          probe in <Countdown to={at} past="a moment" />
        </>
      )}
    </span>
  );
}
