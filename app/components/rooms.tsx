import clsx from 'clsx';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { NavLink, useLocation } from 'react-router';
import { type Place, placesFor } from '../places.ts';

/** The rooms: those needed every minute in the bar, the others behind `More`, which opens without scripts too. */
export function Rooms({ className, phone = false, admin }: { className: string; phone?: boolean; admin: boolean }) {
  const { pathname } = useLocation();
  const open = placesFor(admin);
  const inBar = (place: Place) => (phone ? place.phone : place.wide) === 'bar';
  const more = open.filter((place) => !inBar(place));
  const here = more.find((place) => pathname === place.to || pathname.startsWith(`${place.to}/`));

  return (
    <nav aria-label={phone ? 'Rooms' : 'Main rooms'} className={className}>
      {open.filter(inBar).map((place) => (
        <NavLink
          key={place.to}
          to={place.to}
          end={place.to === '/'}
          className={({ isActive }) => clsx(shape(phone), 'border-r border-line-1', tone(isActive))}
        >
          {place.word}
        </NavLink>
      ))}
      <More key={pathname} phone={phone} places={more} here={here} />
    </nav>
  );
}

function More({ phone, places: more, here }: { phone: boolean; places: readonly Place[]; here: Place | undefined }) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const outside = ({ target }: PointerEvent) => {
      if (details.current?.open === true && target instanceof Node && !details.current.contains(target))
        details.current.open = false;
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, []);
  function close(event: KeyboardEvent) {
    if (event.key !== 'Escape' || details.current?.open !== true) return;
    details.current.open = false;
    details.current.querySelector('summary')?.focus();
  }
  return (
    // Keyed by the path, so that it is closed on the page it led to.
    <details ref={details} onKeyDown={close} className="group relative">
      <summary
        className={clsx(
          shape(phone),
          'list-none gap-1.5',
          !phone && 'border-r border-line-1',
          tone(here !== undefined),
        )}
      >
        {phone ? 'More' : (here?.word ?? 'More')}
        <span aria-hidden="true" className="font-data group-open:rotate-180">
          {phone ? '▴' : '▾'}
        </span>
        {here !== undefined && <span className="sr-only">{phone ? `, here ${here.word}` : ', more rooms'}</span>}
      </summary>
      <ul
        className={clsx(
          'absolute z-30 min-w-48 border-2 border-line-3 bg-surface-0',
          phone ? 'bottom-full right-0' : 'left-0 top-full',
        )}
      >
        {more.map((place) => (
          <li key={place.to} className="border-b border-line-1 last:border-b-0">
            <NavLink
              to={place.to}
              className={({ isActive }) =>
                clsx(
                  'engraved flex min-h-11 items-center px-4 text-data',
                  isActive ? 'bg-inverse text-on-inverse' : 'text-ink-2 hover:bg-surface-2 hover:text-ink-1',
                )
              }
            >
              {place.word}
            </NavLink>
          </li>
        ))}
      </ul>
    </details>
  );
}

function shape(phone: boolean): string {
  return clsx(
    'engraved flex min-h-11 items-center justify-center text-data',
    phone ? 'px-1 text-micro tracking-normal' : 'px-4',
  );
}

function tone(active: boolean): string {
  return active
    ? 'border-b-4 border-b-ink-1 bg-surface-3 pt-1 text-ink-1'
    : 'text-ink-2 hover:bg-surface-2 hover:text-ink-1';
}
