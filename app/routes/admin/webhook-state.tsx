import type { Webhook } from '../../../server/application/webhook-port.ts';
import { Countdown } from '../../components/age.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useNow } from '../../hooks/use-clock.tsx';
import type { Sign } from '../../status.ts';

const signs = {
  on: { word: 'ENABLED', glyph: 'disc', tone: 'done', meaning: 'Events are sent as they happen.' },
  off: {
    word: 'DISABLED',
    glyph: 'dash',
    tone: 'quiet',
    meaning: 'Nothing is sent; what happens meanwhile is left out.',
  },
  gone: {
    word: 'DISABLED',
    glyph: 'cross',
    tone: 'broken',
    meaning: 'The program stopped sending: its receiver is gone.',
  },
  shut: {
    word: 'HELD',
    glyph: 'warning',
    tone: 'caution',
    meaning: 'It failed five times in a row or more; one delivery probes it soon.',
  },
} as const satisfies Record<string, Sign>;

type Seen = Pick<Webhook, 'enabled' | 'disabledReason' | 'circuitOpenUntil'>;

/** Whether a webhook is sent anything now, and since when not. */
export function WebhookState({ webhook: { enabled, disabledReason, circuitOpenUntil } }: { webhook: Seen }) {
  const now = useNow();
  const shut = enabled && circuitOpenUntil !== null && circuitOpenUntil > now ? circuitOpenUntil : null;
  const sign = shut !== null ? signs.shut : enabled ? signs.on : disabledReason === null ? signs.off : signs.gone;
  return (
    <>
      <StatusBadge sign={sign} />
      {shut !== null && (
        <span className="block font-data text-micro text-ink-2">
          asked again in <Countdown to={shut} past="a moment" />
        </span>
      )}
      {!enabled && disabledReason !== null && <span className="block text-data text-ink-2">{disabledReason}</span>}
    </>
  );
}
