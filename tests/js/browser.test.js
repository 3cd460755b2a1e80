// The page of the chat example in a real browser.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, openPage, phone, shots } from './browser.js';
import {
  at, closedRoomLink, create, inRoom, message, personLink, roomLink, say, state, systemLine, write,
} from './chat-page.js';
import { ChatServer, until } from './chat-server.js';

const RETURN_LIMIT = 40_000;

let server;
let browser;

before(async () => {
  server = await ChatServer.start();
  browser = await launch();
  mkdirSync(shots, { recursive: true });
});

after(async () => {
  await browser?.close();
  if (server) assert.equal(await server.stop(), 0);
});

const open = (t, address, options) => openPage(t, browser, server.pageUrl + address, options);

test('two people and a phone chat in a room that one of them made', async (t) => {
  const ann = await open(t, '?name=ann');
  await inRoom(ann);
  for (const name of ['Rust', 'Coffee corner', 'Release day']) await create(ann, name);

  // The list has the rooms made before bob came, and shows the one made after.
  const bob = await open(t, '?name=bob');
  await inRoom(bob);
  await roomLink(bob, 'Release day').click();
  await inRoom(bob, 'Release day');
  await systemLine(ann, 'ENTER', 'bob').waitFor();
  await create(ann, 'Weekend hikes');
  await roomLink(bob, 'Weekend hikes').waitFor();
  await systemLine(bob, 'LEAVE', 'ann').waitFor();
  await roomLink(ann, 'Release day').click();
  await systemLine(bob, 'ENTER', 'ann').waitFor();

  await say(ann, 'ann', 'Morning! The branch is cut, CI is green on all three platforms.', [bob]);
  await say(bob, 'bob', 'Nice. I ran the load test again last night:', [ann]);
  await say(bob, 'bob', '2 000 clients, one room each, no message lost and none out of order.', [ann]);
  await say(ann, 'ann', 'Then only the changelog is missing.', [bob]);
  await say(ann, 'ann', 'And somebody with fresh eyes for the migration notes.', [bob]);

  // The third one comes for the first time, on a phone, and is asked for a name.
  const mei = await open(t, '', { viewport: phone, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  await at(mei, 'name-input').waitFor();
  assert.notEqual(await at(mei, 'name-input').inputValue(), '', 'a name is suggested');
  await at(mei, 'name-input').fill('Mei Tanaka');
  await at(mei, 'name-save').click();
  await inRoom(mei);
  await at(mei, 'menu').click();
  await roomLink(mei, 'Release day').click();
  await inRoom(mei, 'Release day');
  await systemLine(ann, 'ENTER', 'Mei Tanaka').waitFor();

  await say(mei, 'Mei Tanaka', 'On the train, but reading along. I can take the migration notes.', [ann, bob]);
  await say(bob, 'bob', 'You are a star.', [ann, mei]);
  await say(ann, 'ann', 'Thank you! I will tag it as soon as you say it reads well.', [bob, mei]);
  await say(mei, 'Mei Tanaka', 'One nit: “session” and “connection” are mixed up in chapter 2.', [ann, bob]);
  await say(mei, 'Mei Tanaka', 'Fixed it, the rest reads well.', [ann, bob]);
  await say(bob, 'bob', 'Tag it before she finds another one.', [ann, mei]);
  await say(ann, 'ann', 'Tagged. Cake is in the kitchen.', [bob, mei]);

  // What one wrote is one's own, and only that.
  assert.match(await message(ann, 'ann', 'Tagged.').getAttribute('class'), /\bown\b/);
  assert.doesNotMatch(await message(bob, 'ann', 'Tagged.').getAttribute('class'), /\bown\b/);
  assert.equal(await at(ann, 'people').textContent(), 'You, bob and Mei Tanaka');

  // Nothing is wider than the phone.
  assert.equal(await mei.evaluate(() => document.documentElement.scrollWidth), phone.width);

  await ann.screenshot({ path: join(shots, 'chat.png') });
  await mei.screenshot({ path: join(shots, 'chat-phone.png') });
  await ann.emulateMedia({ colorScheme: 'dark' });
  await ann.screenshot({ path: join(shots, 'chat-dark.png') });

  // The name is kept for the next visit, the room is in the address.
  await mei.reload();
  await inRoom(mei, 'Release day');
  await systemLine(bob, 'LEAVE', 'Mei Tanaka').waitFor();
  assert.equal(await at(mei, 'my-name').textContent(), 'Mei Tanaka');

  for (const page of [ann, bob, mei]) assert.deepEqual(page.problems, []);
});

test('people see who is here, and talk to one of them alone', async (t) => {
  const ann = await open(t, '?name=ann');
  await inRoom(ann);
  const bob = await open(t, '?name=bob');
  await inRoom(bob);
  const mei = await open(t, '?name=Mei', { viewport: phone, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  await inRoom(mei);
  for (const name of ['bob', 'Mei']) await personLink(ann, name).waitFor();
  assert.equal(await at(ann, 'people-list').getByText('ann (you)').count(), 1);

  await personLink(ann, 'bob').click();
  await at(ann, 'room-title').filter({ hasText: 'bob' }).waitFor();
  await write(ann, 'Shall we surprise Mei with a cake?');
  await message(ann, 'ann', 'cake').waitFor();
  // bob is elsewhere and sees that there is something.
  await at(bob, 'people-list').locator('[data-unread]', { hasText: 'ann' }).click();
  await message(bob, 'ann', 'cake').waitFor();
  await write(bob, 'Yes! Walnut, she likes that.');
  await message(ann, 'bob', 'Walnut').waitFor();
  assert.equal(await bob.locator('[data-unread]').count(), 0);
  await ann.screenshot({ path: join(shots, 'chat-private.png') });

  // In the room goes on what nobody whispers, and mei has heard nothing.
  await roomLink(ann, 'Lobby').click();
  await inRoom(ann, 'Lobby');
  await say(ann, 'ann', 'Anybody for lunch?', [mei]);
  assert.equal(await message(mei, 'ann', 'cake').count(), 0);
  await at(mei, 'menu').click();
  await mei.waitForFunction(() => document.getElementById('side').getBoundingClientRect().left === 0);
  await mei.screenshot({ path: join(shots, 'chat-phone-people.png') });

  // Who leaves is not here any more.
  await bob.context().close();
  await personLink(ann, 'bob').waitFor({ state: 'detached' });
  await personLink(mei, 'bob').waitFor({ state: 'detached' });
  for (const page of [ann, mei]) assert.deepEqual(page.problems, []);
});

test('a room for a few is seen, entered and heard by these alone', async (t) => {
  const ann = await open(t, '?name=ann', { colorScheme: 'dark' });
  await inRoom(ann);
  const bob = await open(t, '?name=bob');
  await inRoom(bob);
  const eve = await open(t, '?name=eve');
  await inRoom(eve);
  await at(ann, 'room-input').fill('Plans @bob');
  await at(ann, 'room-create').click();
  await inRoom(ann, 'Plans');
  await closedRoomLink(bob, 'Plans').click();
  await inRoom(bob, 'Plans');
  await say(ann, 'ann', 'Friday at eight, do not tell eve.', [bob]);
  await ann.screenshot({ path: join(shots, 'chat-members-dark.png') });
  assert.equal(await closedRoomLink(eve, 'Plans').count(), 0);
  // Who knows the number of the room is refused.
  const { hash } = new URL(ann.url());
  await eve.evaluate((to) => { location.hash = to; }, hash);
  await at(eve, 'toast').first().waitFor();
  assert.match(await at(eve, 'toast').first().textContent(), /denied/);
  assert.equal(await message(eve, 'ann', 'Friday').count(), 0);
  for (const page of [ann, bob]) assert.deepEqual(page.problems, []);
});

test('markup in names, rooms and messages is shown as it was written', async (t) => {
  const markup = '<img src=x onerror=alert(1)>';
  const ann = await open(t, '?name=ann');
  await inRoom(ann);
  await create(ann, '<b>bold</b>');
  const eve = await open(t, `?name=${encodeURIComponent(markup)}${new URL(ann.url()).hash}`);
  await inRoom(eve, '<b>bold</b>');
  await systemLine(ann, 'ENTER', markup).waitFor();
  await write(eve, `look: ${markup}\nsecond line`);
  const heard = message(ann, markup, 'look:');
  await heard.waitFor();
  assert.equal(await heard.locator('.writer').textContent(), markup);
  assert.equal(await heard.locator('.bubble').textContent(), `look: ${markup}\nsecond line`);
  for (const page of [ann, eve]) {
    assert.equal(await page.locator('img, b:not(.system b)').count(), 0);
    assert.deepEqual(page.problems, []);
  }
});

test('a change of name is a new entrance', async (t) => {
  const ann = await open(t, '?name=ann');
  await inRoom(ann);
  await create(ann, 'Names');
  const bob = await open(t, `?name=bob${new URL(ann.url()).hash}`);
  await inRoom(bob, 'Names');
  await at(bob, 'rename').click();
  await at(bob, 'name-input').fill('Robert');
  await at(bob, 'name-input').press('Enter');
  await systemLine(ann, 'LEAVE', 'bob').waitFor();
  await systemLine(ann, 'ENTER', 'Robert').waitFor();
  await say(bob, 'Robert', 'It is still me.', [ann]);
  for (const page of [ann, bob]) assert.deepEqual(page.problems, []);
});

test('a refused frame is shown in a toast that can be dismissed', async (t) => {
  const ann = await open(t, '?name=ann');
  await inRoom(ann);
  // The page itself sends nothing that is refused, so its socket is made to send something else.
  await ann.evaluate(() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function replace(data) {
      return send.call(this, typeof data === 'string' && data.startsWith('SEND')
        ? 'SEND\ndestination:/pub/chat\n\nthis is not JSON\0' : data);
    };
  });
  await write(ann, 'anything');
  await at(ann, 'toast').waitFor();
  assert.match(await at(ann, 'toast').textContent(), /conversion/);
  await at(ann, 'toast').getByRole('button', { name: 'Dismiss' }).click();
  await at(ann, 'toast').waitFor({ state: 'detached' });
  await state(ann, 'online');
});

test('pages come back by themselves after the server was away', async (t) => {
  const ann = await open(t, '?name=ann');
  await inRoom(ann);
  await create(ann, 'Persistent people');
  const bob = await open(t, `?name=bob${new URL(ann.url()).hash}`);
  await inRoom(bob, 'Persistent people');
  await say(ann, 'ann', 'before', [bob]);
  for (const page of [ann, bob]) assert.deepEqual(page.problems, []);

  const entrances = (page) => page.locator('[data-testid=system-line][data-type=ENTER]', { hasText: 'You' }).count();
  const earlier = await Promise.all([ann, bob].map(entrances));

  assert.equal(await server.stop(), 0);
  await Promise.all([ann, bob].map((page) => state(page, 'reconnecting')));

  // What is written while the server is away stays where it is.
  await write(ann, 'typed while the server was away');
  assert.equal(await at(ann, 'composer-input').inputValue(), 'typed while the server was away');
  assert.match(await at(ann, 'composer-note').textContent(), /offline/);
  await until(async () => /Reconnecting in \d+ s/.test(await at(ann, 'state').innerText()), 'the countdown');

  await server.restart();
  await Promise.all([ann, bob].map((page) => state(page, 'online', RETURN_LIMIT)));
  // The server has forgotten the room; both ask for it again and meet in it.
  await until(
    async () => (await Promise.all([ann, bob].map(entrances))).every((count, index) => count > earlier[index]),
    'both pages to enter again',
  );
  for (const page of [ann, bob]) await roomLink(page, 'Persistent people').waitFor();
  await until(
    async () => (await Promise.all([ann, bob].map((page) => page.evaluate(() => location.hash))))
      .every((hash, _, all) => hash === all[0]),
    'both pages in the same room',
  );

  await at(ann, 'composer-input').press('Enter');
  for (const page of [ann, bob]) await message(page, 'ann', 'typed while the server was away').waitFor();
  assert.equal(await at(ann, 'composer-input').inputValue(), '');
  await say(bob, 'bob', 'and after', [ann]);
  await message(bob, 'ann', 'before').waitFor(); // what was said earlier is still there
  for (const page of [ann, bob]) {
    // The browser itself reports each attempt that found no server.
    assert.deepEqual(page.problems.filter((problem) => !/WebSocket connection to/.test(problem)), []);
  }
});
