import { date } from '../format.ts';
import { Age } from './age.tsx';
import { Confirm } from './ui/confirm.tsx';

interface Token {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

/** Tokens that programs use; their secret is known to nobody here. */
export function TokenList({ tokens, me }: { tokens: readonly Token[]; me: string }) {
  if (tokens.length === 0) {
    return <p className="px-3 py-4 text-ink-2 lg:px-4">No token. Make one below for a script or a CI job.</p>;
  }
  return (
    <ul>
      {tokens.map((token) => (
        <li
          key={token.id}
          className="flex flex-col gap-2 border-b border-line-1 px-3 py-2 sm:flex-row sm:items-center sm:justify-between lg:px-4"
        >
          <div className="min-w-0">
            <p>
              <b>{token.name}</b> <code className="text-ink-2">{token.prefix}…</code>
              {token.userId !== me && <span className="text-data text-ink-2"> of another member</span>}
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
              · {token.expiresAt === null ? 'no expiry' : `ends ${date(token.expiresAt)}`}
            </p>
          </div>
          <Confirm
            trigger="Revoke"
            title={`Revoke ${token.name}?`}
            confirm="Revoke it"
            fields={{ intent: 'revoke_token', id: token.id }}
            weight="plain"
          >
            Whatever uses it gets 401 from the next request on. This cannot be undone.
          </Confirm>
        </li>
      ))}
    </ul>
  );
}
