import { Form } from 'react-router';
import { date } from '../format.ts';
import { Age } from './age.tsx';
import { Button } from './ui/button.tsx';

interface Login {
  readonly id: string;
  readonly userAgent: string | null;
  readonly address: string | null;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
}

/** Where one is signed in; each can be ended from here. */
export function LoginList({ logins, current }: { logins: readonly Login[]; current: string }) {
  return (
    <ul>
      {logins.map((login) => (
        <li key={login.id} className="flex items-center justify-between gap-3 border-b border-line-1 px-3 py-2 lg:px-4">
          <div className="min-w-0">
            <p className="truncate text-data" title={login.userAgent ?? undefined}>
              {login.id === current && (
                <b className="engraved mr-2 bg-inverse px-1.5 text-micro text-on-inverse">this one</b>
              )}
              {browserOf(login.userAgent)}
            </p>
            <p className="font-data text-micro text-ink-2">
              {login.address ?? 'address unknown'} · seen <Age since={login.lastSeenAt} /> ago · ends{' '}
              {date(login.expiresAt)}
            </p>
          </div>
          <Form method="post">
            <input type="hidden" name="intent" value="revoke_login" />
            <input type="hidden" name="id" value={login.id} />
            <Button
              type="submit"
              aria-label={login.id === current ? 'End this login' : `End the login of ${browserOf(login.userAgent)}`}
            >
              End
            </Button>
          </Form>
        </li>
      ))}
    </ul>
  );
}

const browsers = ['Edg', 'Firefox', 'Chrome', 'Safari', 'curl'] as const;
const systems = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac OS X', 'Linux'] as const;

/** A name a person recognises; the whole string stands in the title. */
function browserOf(userAgent: string | null): string {
  if (userAgent === null) return 'An unknown program';
  const browser = browsers.find((name) => userAgent.includes(name)) ?? 'A program';
  const system = systems.find((name) => userAgent.includes(name));
  return `${browser === 'Edg' ? 'Edge' : browser}${system === undefined ? '' : ` on ${system}`}`;
}
