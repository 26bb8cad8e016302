// Where one can go: the bars, the palette and the keys read the same list.

export interface Place {
  readonly to: string;
  readonly word: string;
  /** What `G` and then this letter opens; each letter once. */
  readonly letter: string;
  /** Where it stands on a narrow screen and on a wide one. */
  readonly phone: 'bar' | 'more';
  readonly wide: 'bar' | 'more';
  /** Shown to admins only; the pages refuse everybody else. */
  readonly admin?: true;
}

export const places: readonly Place[] = [
  { to: '/', word: 'Overview', letter: 'O', phone: 'bar', wide: 'bar' },
  { to: '/sessions', word: 'Sessions', letter: 'S', phone: 'bar', wide: 'bar' },
  { to: '/asks', word: 'Asks', letter: 'K', phone: 'bar', wide: 'bar' },
  { to: '/approvals', word: 'Approvals', letter: 'V', phone: 'more', wide: 'more' },
  { to: '/agents', word: 'Agents', letter: 'A', phone: 'bar', wide: 'bar' },
  { to: '/blueprints', word: 'Blueprints', letter: 'B', phone: 'more', wide: 'bar' },
  { to: '/contexts', word: 'Contexts', letter: 'C', phone: 'more', wide: 'more' },
  { to: '/conflicts', word: 'Conflicts', letter: 'F', phone: 'more', wide: 'more' },
  { to: '/runtimes', word: 'Runtimes', letter: 'R', phone: 'more', wide: 'more' },
  { to: '/routing', word: 'Routing', letter: 'U', phone: 'more', wide: 'more' },
  { to: '/telemetry', word: 'Telemetry', letter: 'T', phone: 'more', wide: 'bar' },
  { to: '/repositories', word: 'Repositories', letter: 'P', phone: 'more', wide: 'more' },
  { to: '/datasets', word: 'Datasets', letter: 'D', phone: 'more', wide: 'more' },
  { to: '/architecture', word: 'Architecture', letter: 'H', phone: 'more', wide: 'more' },
  { to: '/admin', word: 'Admin', letter: 'M', phone: 'more', wide: 'more', admin: true },
  { to: '/account', word: 'Account', letter: 'Y', phone: 'more', wide: 'more' },
];

/** The places this person may open. */
export function placesFor(admin: boolean): readonly Place[] {
  return places.filter((place) => admin || place.admin !== true);
}
