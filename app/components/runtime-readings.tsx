import type { RuntimeView } from '../../server/domain/runtime.ts';
import { bytes } from '../format.ts';
import { Age, Countdown } from './age.tsx';
import { Reading } from './page.tsx';

/** A runtime is looked at every few seconds; one not heard of for this long is not what its figures say. */
const promisedSeconds = 60;

/** What a runtime is like at this moment; a figure nobody knows is called unknown. */
export function RuntimeReadings({ runtime }: { runtime: RuntimeView }) {
  const { capacity, open, sessions, circuit, parkedUntil, lastSeenAt, process } = runtime;
  return (
    <dl className="grid grid-cols-2 [&>*]:border-r [&>*]:border-b [&>*]:border-line-1 border-b border-line-2 sm:grid-cols-4">
      <Reading name="Version">{runtime.softwareVersion ?? 'unknown'}</Reading>
      <Reading name="Circuit" tone={circuit === 'closed' ? '' : 'text-broken'}>
        {circuit.replace('_', ' ')}
      </Reading>
      <Reading name="Attempts">{capacity === null ? open : `${open} of ${capacity}`}</Reading>
      <Reading name="Sessions">{sessions}</Reading>
      <Reading name="Agents">{runtime.agents}</Reading>
      <Reading name="Memory">{process?.residentBytes ? bytes(process.residentBytes) : 'unknown'}</Reading>
      <Reading name="Quota" tone={parkedUntil === null ? '' : 'text-caution'}>
        {parkedUntil === null ? (
          'not spent'
        ) : (
          <>
            back in <Countdown to={parkedUntil} past="a moment" />
          </>
        )}
      </Reading>
      <Reading name="Seen" tone={lastSeenAt === null ? 'text-broken' : ''}>
        {lastSeenAt === null ? (
          'never'
        ) : (
          <>
            <Age since={lastSeenAt} promise={promisedSeconds} /> ago
          </>
        )}
      </Reading>
    </dl>
  );
}
