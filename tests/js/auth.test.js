// The page of the auth example in a real browser: a token in CONNECT, renewed and expired.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, openPage, phone, shots } from './browser.js';
import { ChatServer } from './chat-server.js';

const SECONDS = 4; // how long a token is good for

let server;
let browser;

before(async () => {
  server = await ChatServer.start({ example: 'auth', env: { TOKEN_SECONDS: String(SECONDS) } });
  browser = await launch();
  mkdirSync(shots, { recursive: true });
});

after(async () => {
  await browser?.close();
  if (server) assert.equal(await server.stop(), 0);
});

const open = (t, options) => openPage(t, browser, server.pageUrl, options);
const at = (page, id) => page.getByTestId(id);
const noted = (page, text) => at(page, 'log').getByText(text).first();

async function signIn(page, name, password) {
  await at(page, 'name').fill(name);
  await at(page, 'password').fill(password);
  await at(page, 'sign-in').click();
}

test('a token is renewed on the same connection, as often as it expires', async (t) => {
  const page = await open(t, { viewport: phone, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  await signIn(page, 'ann', 'green tea');
  await at(page, 'me').filter({ hasText: 'ann' }).waitFor();
  await at(page, 'roles').filter({ hasText: 'USER' }).waitFor();
  const session = await at(page, 'session-id').textContent();
  for (let renewed = 1; renewed <= 2; renewed += 1) {
    await at(page, 'log').getByText('renewed').nth(renewed - 1).waitFor();
  }
  // Two tokens are over by now, and the session is still the one it was.
  assert.equal(await at(page, 'session-id').textContent(), session);
  assert.equal(await at(page, 'log').getByText('connected').count(), 1);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), phone.width);
  await page.screenshot({ path: join(shots, 'auth-phone.png') });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: join(shots, 'auth-dark.png') });
  assert.deepEqual(page.problems, []);
});

test('a session whose token is not renewed ends when it expires', async (t) => {
  const page = await open(t);
  await signIn(page, 'ann', 'green tea');
  await at(page, 'me').filter({ hasText: 'ann' }).waitFor();
  await at(page, 'renew').uncheck();
  const began = Date.now();
  await at(page, 'problem').filter({ hasText: 'sign in again' }).waitFor();
  assert.ok(Date.now() - began < (SECONDS + 2) * 1000, 'not much later');
  assert.match(await at(page, 'log').textContent(), /expiring: \d s.*session-expired/);
  // And in again, with a token that is good.
  await signIn(page, 'ann', 'green tea');
  await noted(page, 'connected').waitFor();
});

test('roles come with the token, and a wrong password gets none', async (t) => {
  const page = await open(t);
  await signIn(page, 'root', 'green tea');
  await at(page, 'problem').filter({ hasText: 'do not belong together' }).waitFor();
  await signIn(page, 'root', 'black coffee');
  await at(page, 'roles').filter({ hasText: 'ADMIN' }).waitFor();
  await at(page, 'audit').click();
  await noted(page, 'listening to the audit').waitFor();
  await at(page, 'sign-out').click();
  await at(page, 'sign-in').waitFor();

  await signIn(page, 'ann', 'green tea');
  await at(page, 'roles').filter({ hasText: 'USER' }).waitFor();
  await at(page, 'audit').click();
  await noted(page, 'refused: denied').waitFor();
});

test('a token that nobody gave is refused, and none is printed', async (t) => {
  const page = await open(t);
  const code = await page.evaluate(async () => {
    const { Client } = await import('@stomp/stompjs');
    return new Promise((resolve) => {
      const client = new Client({
        brokerURL: `ws://${location.host}/ws`,
        reconnectDelay: 0,
        connectHeaders: { Authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290IiwiZXhwIjo5OTk5OTk5OTk5LCJyb2xlcyI6WyJBRE1JTiJdfQ.' },
        onStompError: ({ headers }) => resolve(headers['error-code']),
        onConnect: () => resolve('connected'),
      });
      client.activate();
    });
  });
  assert.equal(code, 'auth-failed');
  assert.doesNotMatch(server.output, /eyJ|green tea|black coffee/);
});
