// The libraries in Node.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { RxStompRPC } from '@stomp/rx-stomp';
import { firstValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import { within } from '../inbox.js';
import { brokers } from './brokers.js';
import { check, names } from './checks.js';
import {
  stompjs233, stompjs233OverTcp, webstompClient, webstompClientBinary,
} from './classic.js';
import { rxStomp } from './rx-stomp.js';
import { stompjs, stompjs10, stompjs11 } from './stompjs.js';

// As in a browser.
globalThis.WebSocket = WebSocket;

const clients = [
  stompjs, stompjs11, stompjs10, rxStomp, webstompClient, webstompClientBinary, stompjs233,
  stompjs233OverTcp,
];

test('rx-stomp: remote procedure calls, answered without a subscription', async (t) => {
  const [asking, answering] = [1, 2].map(() => rxStomp.open({ url: brokers.open.ws }));
  t.after(() => Promise.all([asking.drop(), answering.drop()]));
  await Promise.all([asking.connected, answering.connected]);
  const questions = `/queue/rpc/${randomUUID()}`;
  const asked = await answering.subscribe(questions);
  const rpc = new RxStompRPC(asking.rx);
  const answers = ['one', 'two'].map((body) => firstValueFrom(rpc.rpc({ destination: questions, body })));
  for (const _ of answers) {
    const { body, headers } = await asked.take('a question');
    const { 'reply-to': to, 'correlation-id': id } = headers;
    await answering.send(to, `to ${body}`, { 'correlation-id': id });
  }
  const told = await within(Promise.all(answers), 'the answers');
  assert.deepEqual(told.map(({ body }) => body), ['to one', 'to two']);
});

describe('in Node', { concurrency: true }, () => {
  for (const client of clients) {
    describe(client.name, { concurrency: true }, () => {
      for (const name of names) {
        test(name, async (t) => {
          const nothing = await check(name, client, brokers);
          if (nothing) t.skip(nothing);
        });
      }
    });
  }
});
