/** The panes of a session page from left to right. */
export const panes = ['timeline', 'centre', 'inspector'] as const;
export type Pane = (typeof panes)[number];

/** Shares of the width in percent. */
export type PaneLayout = Readonly<Record<Pane, number>>;

export const firstLayout: PaneLayout = { timeline: 30, centre: 42, inspector: 28 };

const cookie = 'panes';
const smallest = 12;

/** How the panes stand on this device, read from the request's cookies so that the first paint has them in place. */
export function layoutFrom(cookies: string | null): PaneLayout {
  const value = new RegExp(`(?:^|;\\s*)${cookie}=([\\d.]+)_([\\d.]+)_([\\d.]+)(?:;|$)`).exec(cookies ?? '');
  const [timeline, centre, inspector] = (value?.slice(1) ?? []).map(Number);
  if (timeline === undefined || centre === undefined || inspector === undefined) return firstLayout;
  const all = [timeline, centre, inspector];
  const sum = all.reduce((total, one) => total + one, 0);
  if (all.some((one) => !(one >= smallest)) || Math.abs(sum - 100) > 1) return firstLayout;
  return { timeline, centre, inspector };
}

/** The `document.cookie` that remembers it for a year. */
export function layoutCookie(layout: Readonly<Record<string, number>>): string {
  const shares = panes.map((pane) => (layout[pane] ?? firstLayout[pane]).toFixed(2)).join('_');
  return `${cookie}=${shares}; Path=/; SameSite=Lax; Max-Age=31536000`;
}
