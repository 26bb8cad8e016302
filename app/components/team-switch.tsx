import { useEffect, useRef } from 'react';
import { Form, useLocation } from 'react-router';

interface Team {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

/** Where this login stands, and the way into the person's other teams; it opens without scripts too. */
export function TeamSwitch({ teams, current, name }: { teams: readonly Team[]; current: string; name: string }) {
  const details = useRef<HTMLDetailsElement>(null);
  const { key } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page means the choice was made
  useEffect(() => {
    if (details.current !== null) details.current.open = false;
  }, [key]);
  const here = teams.find((team) => team.id === current);
  const person = (
    <>
      {' '}
      / {name} <span className="font-data text-micro text-ink-3">{here?.role}</span>
    </>
  );
  if (teams.length < 2) {
    return (
      <p className="hidden max-w-80 truncate text-data text-ink-2 xl:block">
        {here?.name}
        {person}
      </p>
    );
  }
  return (
    <details
      ref={details}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || details.current?.open !== true) return;
        details.current.open = false;
        details.current.querySelector('summary')?.focus();
      }}
      className="relative hidden lg:block"
    >
      <summary className="flex min-h-11 max-w-72 cursor-pointer list-none items-center gap-1.5 px-2 text-data text-ink-2 hover:bg-surface-2">
        <span className="sr-only">Team: </span>
        <span className="truncate">
          {here?.name}
          <span className="hidden xl:inline">{person}</span>
        </span>
        <span aria-hidden="true" className="font-data">
          ▾
        </span>
      </summary>
      <TeamList
        teams={teams}
        current={current}
        className="absolute right-0 top-full z-30 min-w-64 border-2 border-line-3 bg-surface-0"
      />
    </details>
  );
}

/** Every team of the person; the one they are in is inverse, the others are entered by a press. */
export function TeamList({
  teams,
  current,
  className = '',
}: {
  teams: readonly Team[];
  current: string;
  className?: string;
}) {
  return (
    <ul className={className}>
      {teams.map((team) => (
        <li key={team.id} className="border-b border-line-1 last:border-b-0">
          {team.id === current ? (
            <p
              aria-current="true"
              className="flex min-h-11 items-center justify-between gap-4 bg-inverse px-4 text-on-inverse"
            >
              <span className="truncate font-semibold">{team.name}</span>
              <span className="font-data text-micro">{team.role}, here</span>
            </p>
          ) : (
            <Form method="post" action="/account/team">
              <input type="hidden" name="team" value={team.id} />
              <button
                type="submit"
                className="flex min-h-11 w-full cursor-pointer items-center justify-between gap-4 px-4 text-left hover:bg-surface-2"
              >
                <span className="truncate">
                  <span className="sr-only">Enter </span>
                  {team.name}
                </span>
                <span className="font-data text-micro text-ink-2">{team.role}</span>
              </button>
            </Form>
          )}
        </li>
      ))}
    </ul>
  );
}
