import { useId } from 'react';
import { Form, useNavigation } from 'react-router';
import { overlapHours } from '../../server/domain/token.ts';
import { date, dateTime, plural } from '../format.ts';
import { Age } from './age.tsx';
import { ProofField } from './proof.tsx';
import { Button } from './ui/button.tsx';
import { Confirm } from './ui/confirm.tsx';

interface Token {
  readonly id: string;
  readonly userId: string | null;
  readonly role: string | null;
  readonly ownerName: string | null;
  readonly createdByName: string | null;
  readonly name: string;
  readonly prefix: string;
  readonly previousPrefix: string | null;
  readonly previousUntil: Date | null;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

interface TokenListProps {
  tokens: readonly Token[];
  me: string;
  /** The time of the page, which says whether an overlap still runs. */
  now: Date;
  /** What stands there when there is none. */
  empty: string;
}

/** Tokens that programs use; their secret is known to nobody here. */
export function TokenList({ tokens, me, now, empty }: TokenListProps) {
  if (tokens.length === 0) return <p className="px-3 py-4 text-ink-2 lg:px-4">{empty}</p>;
  return (
    <ul>
      {tokens.map((token) => (
        <li key={token.id} data-row className="flex flex-col gap-2 border-b border-line-1 px-3 py-2 lg:px-4">
          <div className="min-w-0">
            <p>
              <b>{token.name}</b> <code className="text-ink-2">{token.prefix}…</code>
              <span className="text-data text-ink-2">{whose(token, me)}</span>
            </p>
            <p className="break-words font-data text-micro text-ink-2">{token.scopes.join(' ')}</p>
            <p className="font-data text-micro text-ink-3">
              {token.lastUsedAt === null ? (
                'never used'
              ) : (
                <>
                  used <Age since={token.lastUsedAt} /> ago
                </>
              )}{' '}
              · {token.expiresAt === null ? 'no expiry' : `ends ${date(token.expiresAt)}`} · made{' '}
              {date(token.createdAt)}
            </p>
            {token.previousUntil !== null && token.previousUntil > now && (
              <p className="border-l-4 border-caution pl-2 font-data text-micro text-caution">
                the old secret {token.previousPrefix}… works until {dateTime(token.previousUntil)}
              </p>
            )}
          </div>
          <div className="flex flex-wrap items-end gap-2">
            {/* Its secret would let whoever sees it act as its person. */}
            {(token.userId === null || token.userId === me) && <Rotate id={token.id} name={token.name} />}
            <Confirm
              trigger="Revoke"
              title={`Revoke ${token.name}?`}
              confirm="Revoke it"
              fields={{ intent: 'revoke_token', id: token.id }}
              weight="plain"
            >
              Whatever uses it gets 401 from the next request on, with the old secret as well. This cannot be undone.
            </Confirm>
          </div>
        </li>
      ))}
    </ul>
  );
}

function whose({ userId, role, ownerName, createdByName }: Token, me: string): string {
  if (userId === null)
    return ` of a service, as ${role ?? 'nobody'}${createdByName === null ? '' : `, made by ${createdByName}`}`;
  return userId === me ? '' : ` of ${ownerName ?? 'another member'}`;
}

const overlaps = [
  [0, 'at once'],
  [1, 'in 1 hour'],
  [overlapHours.usual, 'in 1 day'],
  [overlapHours.most, `in ${plural(overlapHours.most / 24, 'day')}`],
] as const;

/** A new secret for the token; the old one goes on until its programs have the new one. */
function Rotate({ id, name }: { id: string; name: string }) {
  const field = useId();
  const { state, formData } = useNavigation();
  const busy = state !== 'idle' && formData?.get('id') === id;
  return (
    <Form method="post" className="flex flex-wrap items-end gap-2">
      <input type="hidden" name="intent" value="rotate_token" />
      <input type="hidden" name="id" value={id} />
      <div>
        <label htmlFor={field} className="text-data text-ink-2">
          Old secret ends
        </label>
        <select id={field} name="overlapHours" defaultValue={String(overlapHours.usual)} className="control">
          {overlaps.map(([hours, words]) => (
            <option key={hours} value={hours}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <ProofField />
      <Button type="submit" disabled={busy} aria-label={`New secret for ${name}`}>
        {busy ? 'Exchanging' : 'New secret'}
      </Button>
    </Form>
  );
}
