import type { Amounts, BudgetAccount, Caps } from '../../server/domain/budget.ts';
import { count, date, duration, usd } from '../format.ts';
import { Countdown } from './age.tsx';
import { Panel } from './page.tsx';

interface SessionBudgetProps {
  /** The session's own account, then those above it, up to the team's month. */
  accounts: readonly BudgetAccount[];
  resetsAt: Date;
  /** Until when the runtime waits for a provider's quota; null when it does not. */
  parkedUntil: Date | null;
}

/** What may be used, what is drawn for running attempts, what is spent: for the session and everything above it. */
export function SessionBudget({ accounts, resetsAt, parkedUntil }: SessionBudgetProps) {
  return (
    <Panel title="Budget" aside="reserved before an attempt, settled after it">
      {parkedUntil !== null && (
        <p role="status" className="border-l-4 border-caution px-3 py-2 text-caution lg:px-4">
          The provider’s quota is spent: no attempt starts for <Countdown to={parkedUntil} past="a moment" />. None is
          burnt by waiting.
        </p>
      )}
      {accounts.map((account, index) => (
        <Account key={account.id} account={account} own={index === 0} resetsAt={resetsAt} />
      ))}
    </Panel>
  );
}

const units: readonly { key: keyof Caps; name: string; words: (value: number) => string }[] = [
  { key: 'tokens', name: 'Tokens', words: count },
  { key: 'costUsd', name: 'Cost', words: usd },
  { key: 'attempts', name: 'Attempts', words: String },
  { key: 'seconds', name: 'Running time', words: duration },
];

function Account({ account, own, resetsAt }: { account: BudgetAccount; own: boolean; resetsAt: Date }) {
  const month = account.kind === 'team_month';
  const name = month ? `The team’s month ${account.month ?? ''}` : own ? 'This session' : 'The session above it';
  // A cap that nobody set has nothing to run out of, unless something was used of it.
  const shown = units.filter(
    ({ key }) => account.caps[key] !== null || key === 'tokens' || (!month && key !== 'seconds'),
  );
  const unpriced = account.caps.costUsd !== null && account.spent.costUsd === null;
  return (
    <div className="border-b border-line-2">
      <table className="w-full border-collapse text-right font-data text-data">
        <caption className="px-3 pt-2 text-left font-words text-body font-semibold lg:px-4">
          {name}
          {month && <span className="font-normal text-ink-2">, back to nothing used on {date(resetsAt)} (UTC)</span>}
        </caption>
        <thead>
          <tr className="border-b border-line-1 text-micro text-ink-3 [&>th]:engraved [&>th]:px-2 [&>th]:py-1">
            <th scope="col" className="px-3! text-left lg:px-4!">
              Of
            </th>
            <th scope="col">Cap</th>
            <th scope="col">Reserved</th>
            <th scope="col">Spent</th>
            <th scope="col" className="pr-3! lg:pr-4!">
              Left
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ key, name: unit, words }) => {
            const cap = account.caps[key];
            const left = leftOf(account, key);
            return (
              <tr key={key} className="border-b border-line-1 [&>td]:whitespace-nowrap [&>td]:px-2 [&>td]:py-1">
                <th scope="row" className="px-3 text-left font-normal text-ink-2 lg:px-4">
                  {unit}
                </th>
                <td>{cap === null ? 'none' : words(cap)}</td>
                <td>{amount(account.reserved, key, words)}</td>
                <td className="font-bold">{amount(account.spent, key, words)}</td>
                <td className={`pr-3! lg:pr-4! ${left === 0 ? 'font-bold text-caution' : ''}`}>
                  {cap === null ? 'no cap' : left === null ? 'unknown' : words(left)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {unpriced && (
        <p className="px-3 py-2 text-data text-caution lg:px-4">
          The price of the model is unknown, so its cost cap cannot be kept; the caps on tokens, attempts and time hold.
        </p>
      )}
    </div>
  );
}

function amount(amounts: Amounts, key: keyof Amounts, words: (value: number) => string): string {
  const value = amounts[key];
  return value === null ? 'unknown' : words(value);
}

/** What is left of a cap; null where it cannot be said. */
export function leftOf({ caps, reserved, spent }: BudgetAccount, key: keyof Caps): number | null {
  const [cap, drawn, used] = [caps[key], reserved[key], spent[key]];
  return cap === null || drawn === null || used === null ? null : Math.max(0, cap - drawn - used);
}
