import clsx from 'clsx';
import type { ApprovalFact } from '../../server/domain/approval.ts';
import { wordsOfFact } from '../approval-words.ts';
import { plural } from '../format.ts';
import { Glyph } from './glyph.tsx';

interface ApprovalFactsProps {
  /** As they are. */
  now: readonly ApprovalFact[];
  /** As they were at the request; left out where there is nothing to compare with. */
  before?: readonly ApprovalFact[];
}

/** What a decision rests on: each fact with its count and its things, and what has changed since it was asked for. */
export function ApprovalFacts({ now, before }: ApprovalFactsProps) {
  return (
    <table className="w-full border-collapse text-left">
      <caption className="sr-only">
        {before === undefined ? 'What is true now' : 'What is true now, and what was at the request'}
      </caption>
      <thead>
        <tr className="border-b-2 border-line-2 bg-surface-1 [&>th]:px-3 [&>th]:py-1.5 lg:[&>th]:px-4">
          <th scope="col" className="engraved text-micro text-ink-3">
            Fact
          </th>
          <th scope="col" className="engraved w-28 text-right text-micro text-ink-3 sm:w-36">
            Now
          </th>
          {before !== undefined && (
            <th scope="col" className="engraved w-28 text-right text-micro text-ink-3 sm:w-36">
              At the request
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {now.map((fact) => (
          <FactRow
            key={fact.key}
            fact={fact}
            before={before?.find(({ key }) => key === fact.key)}
            compared={before !== undefined}
          />
        ))}
      </tbody>
    </table>
  );
}

function FactRow({
  fact,
  before,
  compared,
}: {
  fact: ApprovalFact;
  before: ApprovalFact | undefined;
  compared: boolean;
}) {
  const { name, unit } = wordsOfFact(fact.key);
  const changed = compared && before !== undefined && before.count !== fact.count;
  const more = fact.count - fact.items.length;
  const none = fact.count === 0;
  return (
    <tr className="border-b border-line-1 align-top [&>*]:px-3 [&>*]:py-2 lg:[&>*]:px-4">
      <th scope="row" className="font-normal">
        <span className={clsx('font-semibold', none && !changed && 'font-normal text-ink-3')}>{name}</span>
        {fact.items.length > 0 && (
          <ul className="mt-1 font-data text-data text-ink-2">
            {fact.items.map((item) => (
              <li key={item} className="break-words">
                {item}
              </li>
            ))}
            {more > 0 && fact.items.length >= 50 && <li>and {more.toLocaleString('en-US')} more</li>}
          </ul>
        )}
      </th>
      <td className={clsx('text-right font-data text-data', none && 'text-ink-3', changed && 'font-bold text-caution')}>
        {changed && (
          <span className="mr-1 inline-block">
            <Glyph name="warning" size={12} />
          </span>
        )}
        {plural(fact.count, unit)}
        {changed && <span className="sr-only">, changed since the request</span>}
      </td>
      {compared && (
        <td className="text-right font-data text-data text-ink-2">
          {before === undefined ? 'not known' : plural(before.count, unit)}
        </td>
      )}
    </tr>
  );
}

/** The words that go into the audit, read before they are signed. */
export function AuditWords({ children }: { children: string }) {
  return (
    <div className="border-l-4 border-caution pl-3">
      <p className="text-data text-ink-2">The audit log will hold, for good and with ids in place of the names:</p>
      <p className="break-words font-data text-data">{children}</p>
    </div>
  );
}
