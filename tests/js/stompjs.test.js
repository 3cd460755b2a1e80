// The chat example and the stompjs client, over real WebSockets.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChatServer, until } from './chat-server.js';
import { within } from './inbox.js';
import { TestClient } from './stomp-client.js';

let server;
let lastRoom = 1000;

before(async () => {
  server = await ChatServer.start();
});

after(async () => {
  if (server) assert.equal(await server.stop(), 0);
});

/** A client that is disconnected at the end of the test. */
async function connect(t, options, url = server.wsUrl) {
  const client = await TestClient.connect(url, options);
  t.after(() => client.stomp.deactivate({ force: true }));
  return client;
}

/** Each test has rooms of its own, so that tests do not hear each other. */
function newRoom() {
  lastRoom += 1;
  return lastRoom;
}

function message(chatRoomId, text, writer = 'clientB') {
  return { chatRoomId, type: 'MESSAGE', writer, message: text };
}

for (const version of ['1.0', '1.1', '1.2']) {
  test(`STOMP ${version}: connect, subscribe, publish, receive`, async (t) => {
    const room = newRoom();
    const reader = await connect(t, { versions: [version] });
    const writer = await connect(t, { versions: [version] });
    assert.equal(reader.stomp.webSocket.protocol, `v${version.replace('.', '')}.stomp`);
    assert.equal(reader.session.version ?? '1.0', version);

    const inbox = await reader.subscribe(`/topic/chat/room/${room}`);
    const elsewhere = await reader.subscribe(`/topic/chat/room/${newRoom()}`);
    const enter = { chatRoomId: room, type: 'ENTER', writer: 'clientB' };
    writer.send('/pub/chat', enter);
    writer.send('/pub/chat', message(room, 'hi'), { 'content-type': 'application/json' });

    assert.deepEqual(await inbox.json(), enter);
    const second = await inbox.take();
    assert.deepEqual(JSON.parse(second.body), message(room, 'hi'));
    assert.equal(second.headers.destination, `/topic/chat/room/${room}`);
    assert.equal(second.headers.subscription, inbox.subscription.id);
    assert.ok(second.headers['message-id']);
    assert.match(second.headers['content-type'], /^application\/json/);
    assert.equal(elsewhere.size, 0);
  });

  test(`STOMP ${version}: the list of rooms, and a new room`, async (t) => {
    const client = await connect(t, { versions: [version] });
    const news = await client.subscribe('/topic/chat/rooms');
    const list = await client.ask('/pub/chat/rooms').json('the list of rooms');
    assert.ok(Array.isArray(list) && list.length > 0);
    for (const room of list) {
      assert.equal(typeof room.id, 'number');
      assert.equal(typeof room.name, 'string');
    }

    const name = `Rust ${version}`;
    client.send('/pub/chat/rooms', { name });
    const created = await news.json('the new room');
    assert.equal(created.name, name);
    assert.ok(!list.some((room) => room.id === created.id));

    // Asked for again, it is found and told again under the same number.
    client.send('/pub/chat/rooms', { name });
    assert.deepEqual(await news.json('the room that was found'), created);
    const later = await client.ask('/pub/chat/rooms').json('the list of rooms');
    assert.deepEqual(later.filter((room) => room.name === name), [created]);
  });

  test(`STOMP ${version}: a refused frame is told, the connection lives on`, async (t) => {
    const room = newRoom();
    const client = await connect(t, { versions: [version] });
    const refusals = await client.subscribe('/user/queue/errors');
    const inbox = await client.subscribe(`/topic/chat/room/${room}`);

    client.send('/pub/chat', 'this is not JSON');
    const refusal = await refusals.take('the refusal');
    assert.equal(refusal.headers['error-code'], 'conversion');
    const told = JSON.parse(refusal.body);
    assert.equal(told.code, 'conversion');
    assert.equal(typeof told.message, 'string');

    client.send('/pub/chat', message(room, 'still here'));
    assert.deepEqual(await inbox.json(), message(room, 'still here'));
    assert.equal(client.errors.size, 0);
  });

  test(`STOMP ${version}: DISCONNECT is confirmed before the end`, async (t) => {
    let confirmed = null;
    const client = await connect(t, {
      versions: [version],
      disconnectHeaders: { receipt: 'good-bye' },
      onDisconnect: (frame) => { confirmed = frame; },
    });
    await client.leave();
    assert.equal(confirmed?.command, 'RECEIPT');
    assert.equal(confirmed.headers['receipt-id'], 'good-bye');
    assert.equal((await client.closed).wasClean, true);
  });
}

test('without a subscription to errors, an unknown destination ends in an ERROR frame', async (t) => {
  const client = await connect(t);
  client.send('/pub/nowhere', { a: 1 }, { receipt: 'lost-1' });
  const error = await client.errors.take('the ERROR frame');
  assert.equal(error.headers['error-code'], 'no-route');
  assert.equal(error.headers['receipt-id'], 'lost-1');
  await within(client.closed, 'the end of the connection');
});

test('with a subscription to errors, an unknown destination is told there', async (t) => {
  const client = await connect(t);
  const refusals = await client.subscribe('/user/queue/errors');
  client.send('/pub/nowhere', { a: 1 });
  const refusal = await refusals.take('the refusal');
  assert.equal(refusal.headers['error-code'], 'no-route');
  assert.equal(client.stomp.connected, true);
});

test('rooms for a few are closed to others, to patterns, and to those who were there before', async (t) => {
  const login = (name) => connect(t, { connectHeaders: { login: name } });
  const [ann, bob, eve] = [await login('ann'), await login('bob'), await login('eve')];
  const annsRooms = await ann.subscribe('/user/queue/rooms');
  const bobsRooms = await bob.subscribe('/user/queue/rooms');
  const told = await eve.subscribe('/user/queue/errors');

  // eve guesses the number that the next room will have.
  const rooms = await eve.ask('/pub/chat/rooms').json('the list of rooms');
  const id = Math.max(...rooms.map((room) => room.id)) + 1;
  const early = await eve.subscribe(`/topic/chat/room/${id}`);
  ann.send('/pub/chat/rooms', { name: `plans ${newRoom()}`, members: ['bob'] });
  const room = await annsRooms.json('the room');
  assert.equal(room.id, id);
  assert.deepEqual(room.members, ['ann', 'bob']);
  assert.deepEqual(await bobsRooms.json('the room, for bob'), room);
  assert.equal((await told.take('the end of what eve had')).headers['error-code'], 'subscription-revoked');

  const heard = await bob.subscribe(`/topic/chat/room/${id}`);
  for (const destination of [`/topic/chat/room/${id}`, '/topic/chat/room/*', '/topic/chat/**']) {
    eve.ask(destination);
    assert.equal((await told.take(`the refusal of ${destination}`)).headers['error-code'], 'denied');
  }
  eve.send('/pub/chat', message(id, 'let me in', 'ann'));
  assert.equal((await told.take('the refusal to speak')).headers['error-code'], 'denied');
  ann.send('/pub/chat', message(id, 'psst', 'somebody else'));
  const said = await heard.json('what ann said');
  assert.deepEqual([said.writer, said.message], ['ann', 'psst']);
  assert.equal(early.size, 0);
});

test('what is for one person reaches all of their sessions, and nobody else', async (t) => {
  const login = (name) => connect(t, { connectHeaders: { login: name } });
  const sessions = [await login('kim'), await login('lou'), await login('lou'), await login('eve')];
  const inboxes = await Promise.all(sessions.map((each) => each.subscribe('/user/queue/private')));
  const people = await sessions[0].ask('/pub/chat/people').json('who is here');
  for (const name of ['kim', 'lou', 'eve']) assert.equal(people.filter((each) => each === name).length, 1);
  sessions[0].send('/pub/chat/private', { to: 'lou', message: 'hi' });
  for (const inbox of inboxes.slice(0, 3)) {
    assert.deepEqual(await inbox.json('the message'), { from: 'kim', to: 'lou', message: 'hi' });
  }
  await sessions[3].subscribe('/topic/chat/rooms'); // a round trip
  assert.equal(inboxes[3].size, 0);
  const told = await sessions[0].subscribe('/user/queue/errors');
  sessions[0].send('/pub/chat/private', { to: 'nobody', message: 'hi' });
  assert.equal((await told.take('the refusal')).headers['error-code'], 'no-route');
  const anonymous = await connect(t);
  anonymous.send('/pub/chat', message(1, 'I am kim', 'kim'), { receipt: 'forged' });
  assert.equal((await anonymous.errors.take('the ERROR')).headers['error-code'], 'denied');
});

test('a refusal reaches only the session that caused it', async (t) => {
  const guilty = await connect(t);
  const innocent = await connect(t);
  const told = await guilty.subscribe('/user/queue/errors');
  const untold = await innocent.subscribe('/user/queue/errors');
  guilty.send('/pub/chat', '{');
  await told.take('the refusal');
  // Whatever was meant for the other session would have been sent before this receipt.
  await innocent.subscribe(`/topic/chat/room/${newRoom()}`);
  assert.equal(untold.size, 0);
});

test('nothing arrives after UNSUBSCRIBE is confirmed', async (t) => {
  const room = newRoom();
  const client = await connect(t);
  const inbox = await client.subscribe(`/topic/chat/room/${room}`);
  const left = client.receipt();
  inbox.subscription.unsubscribe(left.headers);
  await left.arrived;
  const unasked = [];
  client.stomp.onUnhandledMessage = (frame) => unasked.push(frame);
  const sent = client.receipt();
  client.send('/pub/chat', message(room, 'anyone?'), sent.headers);
  await sent.arrived;
  const fresh = await client.subscribe(`/topic/chat/room/${room}`);
  client.send('/pub/chat', message(room, 'me again'));
  assert.deepEqual(await fresh.json(), message(room, 'me again'));
  assert.deepEqual(unasked, []);
});

// stompjs cuts text between UTF-16 units. A character of two units may be cut in two, which no
// WebSocket can carry, so the text that is cut has none of these.
const everything = 'Grüße, 안녕하세요, ¡hola!, “quotes”, \\n, line\nbreak, a:b, tab\t, 🦀 𝄞';
const cuttable = 'Grüße, 안녕하세요, ¡hola!, “quotes”, \\n, line\nbreak, a:b, tab\t';
const ways = [
  ['plain', {}, everything],
  ['binary', { forceBinaryWSFrames: true }, everything],
  ['cut in pieces', { splitLargeFrames: true, maxWebSocketChunkSize: 1024 }, cuttable],
  ['cut in tiny pieces', { splitLargeFrames: true, maxWebSocketChunkSize: 7 }, cuttable],
];

for (const [way, options, text] of ways) {
  test(`unicode and 20 KiB, ${way}`, async (t) => {
    const room = newRoom();
    const reader = await connect(t, options);
    const writer = await connect(t, options);
    const inbox = await reader.subscribe(`/topic/chat/room/${room}`);
    const pattern = `${text} `;
    const long = pattern.repeat(Math.ceil((20 * 1024) / pattern.length)).slice(0, 20 * 1024 - 1);
    for (const body of [text, `${long.replace(/[\ud800-\udbff]$/, '')}.`, '']) {
      writer.send('/pub/chat', message(room, body));
      assert.deepEqual(await inbox.json(), message(room, body));
    }
  });
}

test('200 messages arrive in the order they were sent', async (t) => {
  const room = newRoom();
  const readers = await Promise.all([connect(t), connect(t, { versions: ['1.1'] })]);
  const inboxes = await Promise.all(readers.map((reader) => reader.subscribe(`/topic/chat/room/${room}`)));
  const writer = await connect(t);
  const numbers = Array.from({ length: 200 }, (_, index) => index);
  for (const number of numbers) writer.send('/pub/chat', message(room, `number ${number}`));
  for (const inbox of inboxes) {
    const texts = [];
    while (texts.length < numbers.length) texts.push((await inbox.json()).message);
    assert.deepEqual(texts, numbers.map((number) => `number ${number}`));
  }
});

test('every frame with a receipt is confirmed, whatever its kind', async (t) => {
  const room = newRoom();
  const client = await connect(t);
  const subscribed = client.receipt();
  const sent = client.receipt();
  const left = client.receipt();
  const subscription = client.stomp.subscribe(`/topic/chat/room/${room}`, () => {}, subscribed.headers);
  client.send('/pub/chat', message(room, 'x'), sent.headers);
  subscription.unsubscribe(left.headers);
  await Promise.all([subscribed.arrived, sent.arrived, left.arrived]);
});

test('heart-beats go both ways', async (t) => {
  const beatsSent = [];
  const client = await connect(t, {
    versions: ['1.2'],
    heartbeatOutgoing: 1000,
    heartbeatIncoming: 1000,
    debug: (line) => { if (line === '>>> PING') beatsSent.push(line); },
  });
  let open = true;
  client.closed.then(() => { open = false; });
  const [outgoing, incoming] = client.session['heart-beat'].split(',').map(Number);
  assert.ok(outgoing > 0 && incoming > 0, 'the server offers heart-beats');
  const period = Math.max(1000, outgoing, incoming);

  const beats = () => client.raw.filter((piece) => /^[\r\n]+$/.test(piece.text));
  await until(() => beats().length > 0 && beatsSent.length > 0, 'a beat each way', 2 * period);
  assert.equal(open, true);
  assert.equal(client.stomp.connected, true);

  const room = newRoom();
  const inbox = await client.subscribe(`/topic/chat/room/${room}`);
  client.send('/pub/chat', message(room, 'alive'));
  assert.deepEqual(await inbox.json(), message(room, 'alive'));
});

test('an interrupted server says good-bye to its clients and ends with 0', async (t) => {
  const own = await ChatServer.start();
  const clients = await Promise.all([connect(t, {}, own.wsUrl), connect(t, { versions: ['1.1'] }, own.wsUrl)]);
  assert.equal(await own.stop(), 0);
  for (const client of clients) {
    assert.equal((await within(client.closed, 'the end of the connection')).wasClean, true);
  }
});
