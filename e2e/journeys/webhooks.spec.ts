import { createHmac } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '../support/fixtures.ts';
import { expectAccessible, signIn } from '../support/pages.ts';
import { until } from '../support/wait.ts';

interface Call {
  readonly delivery: string;
  readonly body: string;
  readonly signed: boolean;
}

test('webhooks are added, proved, survive a killed app, die and are replayed; the audit holds it all', async ({
  house,
  page,
}) => {
  const calls: Call[] = [];
  const state = { secret: '', answer: (res: ServerResponse) => void res.writeHead(204).end() };
  const receiver = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (piece: string) => {
      body += piece;
    });
    req.on('end', () => {
      const text = `${req.headers['x-orchestrator-timestamp']}.${body}`;
      const hash = createHmac('sha256', state.secret).update(text).digest('hex');
      const signed = req.headers['x-orchestrator-signature'] === `sha256=${hash}`;
      calls.push({ delivery: String(req.headers['x-orchestrator-delivery']), body, signed });
      state.answer(res);
    });
  });
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
  const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const knobs = { OUTBOUND_ALLOW: '127.0.0.1/32', WEBHOOK_RETRY_SECONDS: '1' };
  try {
    const app = await house.start(knobs);
    await signIn(page, house);
    await page.goto(`${house.url}/admin/webhooks`);
    await expect(page.getByText('Nothing is sent anywhere.')).toBeVisible();
    await page.locator('[name=name]').fill('ci');
    await page.locator('[name=url]').fill('nowhere');
    await page.getByRole('button', { name: /^add/i }).click();
    await expect(page.locator('[name=url]')).toHaveAttribute('aria-invalid', 'true');
    await page.locator('[name=url]').fill(address);
    await page.getByText('Events: every one').click();
    await page.getByRole('checkbox', { name: 'approval.requested' }).check();
    await page.getByRole('button', { name: /^add/i }).click();
    state.secret = (await page.locator('output').textContent()) ?? '';
    expect(state.secret).toMatch(/^whsec_/);
    await expectAccessible(page);
    await page.getByRole('link', { name: 'ci' }).click();
    await page.getByRole('button', { name: /send a test/i }).click();
    await expect(page.getByRole('main').getByText('DELIVERED', { exact: true })).toBeVisible({ timeout: 20_000 });
    await expectAccessible(page);

    // The receiver has the call and the app is gone before it hears the answer.
    const cut = new Promise<void>((killed) => {
      state.answer = () => void app.kill().then(killed);
    });
    await page.getByRole('button', { name: /send a test/i }).click();
    await cut;
    state.answer = (res) => void res.writeHead(500).end('not today');
    const again = await house.start(knobs);
    const sent = calls[1]?.delivery;
    await until('the cut delivery to come again', async () => calls.length >= 3, 40);
    expect(calls.slice(2).every((call) => call.delivery === sent && call.signed)).toBe(true);
    await page.reload();
    await expect(page.getByRole('main').getByText('DEAD', { exact: true })).toBeVisible({ timeout: 20_000 });
    await expect(page.getByText('The receiver answered 500.')).toBeVisible();
    await page.getByText('Body and answer').first().click();
    await expect(page.getByText('not today')).toBeVisible();

    state.answer = (res) => void res.writeHead(204).end();
    await page.getByRole('button', { name: /^replay the dead/i }).click();
    await until('the replay', async () => calls.length >= 4, 20);
    expect(calls[3]?.delivery).toBe(sent);
    await page.setViewportSize({ width: 360, height: 740 });
    await expect(page.getByRole('main').getByText('DEAD', { exact: true })).toHaveCount(0, { timeout: 20_000 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

    await page.goto(`${house.url}/admin/audit?action=webhook`);
    await expect(page.getByRole('link', { name: 'sent again a delivery of' }).first()).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('button', { name: /verify the chain/i }).click();
    await expect(page.getByText(/the chain is whole/i)).toBeVisible();
    await again.stop();
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});
