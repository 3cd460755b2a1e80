// The pages of the cluster example in a real browser, each on a node of its own. `BROKER` says where the broker behind the
// nodes is; without it, the example brings one.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, open as openPage, shots } from './browser.js';
import { ChatServer, answers, until } from './chat-server.js';

let server;
let browser;

before(async () => {
  server = await ChatServer.start({ example: 'cluster', port: 0 });
  await until(() => answers(secondUrl()), 'the page of the second node');
  browser = await launch();
  mkdirSync(shots, { recursive: true });
});

after(async () => {
  await browser?.close();
  if (server) assert.equal(await server.stop(), 0);
});

const secondUrl = () => `http://127.0.0.1:${server.ports[1]}/`;
const line = (page, kind, text) => page.locator(`li.${kind}`, { hasText: text });

async function enter(t, url, name) {
  const page = await openPage(t, browser, url);
  await page.getByPlaceholder('Your name').fill(name);
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.getByPlaceholder('What').waitFor();
  assert.equal(await page.getByPlaceholder('Your name').isVisible(), false);
  return page;
}

async function say(page, text, whom = '') {
  await page.getByPlaceholder('To whom').fill(whom);
  await page.getByPlaceholder('What').fill(text);
  await page.getByRole('button', { name: 'Say' }).click();
}

test('people on two nodes talk to all and to one', async (t) => {
  const ann = await enter(t, server.pageUrl, 'ann');
  const bob = await enter(t, secondUrl(), 'bob');
  const eve = await enter(t, secondUrl(), 'eve');
  // What is on its way to its broker while a page enters may come before the page is there.
  await until(async () => {
    await say(ann, 'hello');
    return (await line(bob, 'said', 'ann: hello').count()) > 0;
  }, 'what ann says to all');
  await say(bob, 'hello to you');
  for (const page of [ann, bob, eve]) await line(page, 'said', 'bob: hello to you').first().waitFor();

  // The nodes tell each other who is there within a second.
  await until(async () => {
    await say(ann, 'psst', 'bob');
    return (await line(bob, 'told', 'ann: psst').count()) > 0;
  }, 'what ann tells bob');
  await say(bob, 'what is it?', 'ann');
  await line(ann, 'told', 'bob: what is it?').waitFor();
  await say(ann, 'that was all');
  for (const page of [ann, bob, eve]) await line(page, 'said', 'ann: that was all').waitFor();
  assert.equal(await eve.locator('li.told').count(), 0);
  await bob.screenshot({ path: join(shots, 'cluster.png') });
  for (const page of [ann, bob, eve]) assert.deepEqual(page.problems, []);
});
