import type postgres from 'postgres';
import type { Installation } from '../../e2e/support/installation.ts';
import { restClient } from '../../e2e/support/rest.ts';

/** What each instance says of a session, by REST and on its page, against the row; a sentence for each difference. */
export async function truthOfPages(
  houses: readonly Installation[],
  token: string,
  sessions: readonly { id: string; slug: string }[],
  sql: postgres.Sql,
): Promise<string[]> {
  const wrong: string[] = [];
  // Whoever came first made the administrator of all.
  const admin = houses[0]?.admin ?? { email: '', password: '' };
  for (const house of houses) {
    const api = restClient(house.url, token);
    const cookie = await signedIn(house.url, admin);
    for (const { id, slug } of sessions) {
      const [row] = await sql`select status, version, title from sessions where id = ${id}::uuid`;
      const told = await api.session(id);
      if (told.status !== row?.status || told.version !== row?.version)
        wrong.push(
          `${house.url} tells ${slug} as ${told.status} (${told.version}), the row is ${row?.status} (${row?.version})`,
        );
      const page = await fetch(`${house.url}/sessions/${slug}`, { headers: { cookie } });
      const text = await page.text();
      if (
        page.status !== 200 ||
        !text.includes(String(row?.title)) ||
        !new RegExp(String(row?.status).replaceAll('_', '.'), 'i').test(text)
      )
        wrong.push(`${house.url}/sessions/${slug} does not show ${row?.status} (${page.status})`);
    }
  }
  return wrong;
}

async function signedIn(url: string, { email, password }: Installation['admin']): Promise<string> {
  const reply = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ email, password }),
  });
  return reply.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
}
