// A whole chat with stompjs over sockjs-client, on the chat example.

import assert from 'node:assert/strict';
import { Client } from '@stomp/stompjs';
import SockJS from 'sockjs-client';
import { Inbox, within } from './inbox.js';

// What transports are said to lose: a percent sign in events, markup in scripts, a plus in forms,
// what is no space and looks like one, and characters of two units.
const text = 'Grüße 🦀 100 % %41 </script><!-- + & \\ "\' \u2028\u200b\ufeff and\nmore\ttab';

/** Somebody who chats over these transports. */
class Person {
  #receipts = 0;
  errors = new Inbox();

  static async connect(url, transports, { heartBeat = 0 } = {}) {
    const person = new Person();
    const connected = new Promise((resolve, reject) => {
      person.stomp = new Client({
        webSocketFactory: () => {
          person.socket = new SockJS(url, null, { transports });
          return person.socket;
        },
        reconnectDelay: 0,
        heartbeatIncoming: heartBeat,
        heartbeatOutgoing: heartBeat,
        onConnect: resolve,
        onStompError: (frame) => { person.errors.put(frame); reject(new Error(frame.headers.message)); },
        onWebSocketClose: (event) => {
          person.onClosed(event);
          reject(new Error(`closed: ${event.code} ${event.reason}`));
        },
      });
    });
    person.closed = new Promise((resolve) => { person.onClosed = resolve; });
    person.stomp.activate();
    await within(connected, 'CONNECTED');
    return person;
  }

  receipt() {
    const id = `receipt-${++this.#receipts}`;
    const arrived = new Promise((resolve) => this.stomp.watchForReceipt(id, resolve));
    return { headers: { receipt: id }, arrived: within(arrived, `the receipt ${id}`) };
  }

  async listen(destination) {
    const inbox = new Inbox();
    const { headers, arrived } = this.receipt();
    this.stomp.subscribe(destination, (message) => inbox.put(message), headers);
    await arrived;
    return inbox;
  }

  send(destination, body, headers) {
    this.stomp.publish({ destination, body: JSON.stringify(body), headers });
  }
}

/** Two people make a room, talk in it, are refused something, and leave. Gives the transport's name. */
export async function chat(url, transports) {
  const ann = await Person.connect(url, transports);
  const bob = await Person.connect(url, transports);
  const used = ann.socket.transport;
  try {
    const news = await bob.listen('/topic/chat/rooms');
    const name = `${used} ${Math.random()}`;
    ann.send('/pub/chat/rooms', { name });
    // Others make rooms as well.
    let room;
    do room = await news.json('the new room'); while (room.name !== name);
    const list = new Inbox();
    ann.stomp.subscribe('/pub/chat/rooms', (message) => list.put(message));
    assert.ok((await list.json('the list of rooms')).some((one) => one.id === room.id));

    const heard = await Promise.all([ann, bob].map((one) => one.listen(`/topic/chat/room/${room.id}`)));
    const say = (who, writer, message) => who.send('/pub/chat', { chatRoomId: room.id, type: 'MESSAGE', writer, message });
    say(ann, 'ann', text);
    say(bob, 'bob', `${'long '.repeat(4000)}.`);
    for (const inbox of heard) {
      const both = [await inbox.json(), await inbox.json()].sort((a, b) => a.writer.localeCompare(b.writer));
      assert.equal(both[0].message, text);
      assert.equal(both[1].message.length, 20_001);
    }
    const numbers = Array.from({ length: 200 }, (_, index) => `number ${index}`);
    for (const number of numbers) say(ann, 'ann', number);
    for (const inbox of heard) {
      const said = [];
      while (said.length < numbers.length) said.push((await inbox.json()).message);
      assert.deepEqual(said, numbers);
    }

    const refusals = await ann.listen('/user/queue/errors');
    ann.stomp.publish({ destination: '/pub/chat', body: 'this is not JSON' });
    assert.equal((await refusals.take('the refusal')).headers['error-code'], 'conversion');

    // A violation ends the session, and is told first.
    bob.stomp.publish({ destination: '/pub/nowhere', body: '{}', headers: { receipt: 'lost' } });
    const error = await bob.errors.take('the ERROR');
    assert.equal(error.headers['error-code'], 'no-route');
    await within(bob.closed, 'the end of the connection');
    await within(ann.stomp.deactivate(), 'the end of the connection');
    return used;
  } finally {
    for (const person of [ann, bob]) person.stomp.deactivate({ force: true });
  }
}

/** Stays without a word for so long that only heart-beats keep the session, and then says something. */
export async function beSilent(url, transports, milliseconds) {
  const person = await Person.connect(url, transports, { heartBeat: 1000 });
  try {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    const inbox = await person.listen('/topic/chat/room/7');
    person.send('/pub/chat', { chatRoomId: 7, type: 'MESSAGE', writer: 'ann', message: 'still here' });
    assert.equal((await inbox.json()).message, 'still here');
  } finally {
    await person.stomp.deactivate();
  }
}
