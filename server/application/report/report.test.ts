import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addSession,
  addTeam,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';
import { houseSecret } from '../testing/house-deps.ts';
import { html } from './html.ts';

test('what is put into a page is text, unless it was made there', () => {
  expect(html`<p>${'<b>&"'}${html`<i>${['a', '<']}</i>`}${null}${3}</p>`.markup).toBe(
    '<p>&lt;b&gt;&amp;&quot;<i>a&lt;</i>3</p>',
  );
});

describe('the report of a session', () => {
  let house: House;
  let place: Place;
  let one: Instance;
  beforeAll(async () => {
    house = await openHouse('pglite');
    place = await makePlace(house, { verify: ['cat a.txt'] });
    one = createInstance(house);
  });
  afterAll(() => house.close());

  test('tells all of it in one file that fetches nothing, without a secret, with the audit for leads only', async () => {
    one.play.current = async (run) =>
      run.write('a.txt', `one\n<script>alert("${houseSecret}")</script>\nthree\n`) as undefined;
    const { id, slug } = await addSession(one, place, { start: true, prompt: 'Say <b>two</b>.' }, place.member);
    await until(house, [one.dispatcher], id, ({ status }) => status === 'completed');
    const { reports, reviews } = one.services;
    const line = { path: 'a.txt', side: 'new', startLine: 2, body: 'Is that <wise>?' };
    await reviews.threads.comment(place.lead, id, line);
    await reviews.decide(place.lead, id, { decision: 'accepted', note: 'Fine.' });

    const report = await reports.ofSession(place.lead, slug);
    expect(report.bytes).toBe(Buffer.byteLength(report.html));
    for (const told of [
      'Say &lt;b&gt;two&lt;/b&gt;.',
      'COMPLETED, PROVEN',
      'cat a.txt',
      'Is that &lt;wise&gt;?',
      'Fine.',
      'leo',
      'mia',
      'sample-house',
    ])
      expect(report.html).toContain(told);
    expect(report.html).toContain('&lt;script&gt;alert(&quot;[redacted]');
    expect(report.html).not.toContain(houseSecret);
    expect(report.html).not.toMatch(/<script|<img|<link|\ssrc=|url\(|https?:/);
    expect(report.html).toContain('diff.accepted');

    const plain = await reports.ofSession(place.viewer, slug);
    expect(plain.html).not.toContain('From the audit');
    const [entry] = (await one.services.audit.ofSession(place.lead, id, { limit: 1 })).items;
    expect(entry).toMatchObject({ action: 'session.reported', after: { bytes: plain.bytes, audit: false } });

    const others = await addTeam(house, 'others');
    await expect(reports.ofSession(others.admin, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('of a session nobody has started says so', async () => {
    const { slug } = await addSession(one, place, {}, place.member);
    const { html: page } = await one.services.reports.ofSession(place.viewer, slug);
    expect(page).toContain('No plan was made.');
    expect(page).toContain('Nothing was changed.');
  });

  test('the audit of a session is a story with names, for leads', async () => {
    const [session] = (await one.services.sessions.list(place.lead, {}, { limit: 1 })).items;
    const told = await one.services.audit.storyOf(place.lead, session?.id ?? '', { limit: 5 });
    expect(told.names[place.viewer.id]).toBe('vic');
    await expect(one.services.audit.storyOf(place.member, session?.id ?? '', { limit: 5 })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
