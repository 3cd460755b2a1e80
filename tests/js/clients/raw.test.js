// What clients written for RabbitMQ and ActiveMQ expect of a broker, frame by frame.

import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import { brokers } from './brokers.js';
import { open } from './wire.js';

const MIB = 1024 * 1024;

for (const [transport, url, other] of [
  ['WebSocket', brokers.open.ws, brokers.open.tcp], ['TCP', brokers.open.tcp, brokers.open.ws],
]) {
  describe(`frames over ${transport}`, { concurrency: true }, () => {
    const topic = (name) => `/topic/raw/${transport}/${name}`;

    test('CONNECT and STOMP, of every version, with whatever headers', async (t) => {
      for (const [command, headers, version] of [
        ['CONNECT', '', undefined],
        ['CONNECT', 'login:nobody\npasscode:x\n', undefined],
        ['CONNECT', 'accept-version:1.0\n', '1.0'],
        ['CONNECT', 'accept-version:1.0,1.1,1.2\nhost:/\nclient-id:7\n', '1.2'],
        ['STOMP', 'accept-version:1.1\nhost:vhost\nactivemq.client-type:x\n', '1.1'],
        ['STOMP', 'accept-version:2.0,1.2\nhost:\nheart-beat:0,0\n', '1.2'],
      ]) {
        const wire = await open(t, url);
        wire.send(`${command}\n${headers}\n\0`);
        const connected = await wire.take('CONNECTED');
        assert.equal(connected.headers.version ?? '1.0', version ?? '1.0', `${command} ${headers}`);
      }
    });

    test('a frame in pieces, and several in one piece', async (t) => {
      const wire = await open(t, url);
      await wire.connect();
      const to = topic('pieces');
      const frames = [
        `SUBSCRIBE\r\nid:0\r\ndestination:${to}\r\n\r\n\0\n\n`,
        ...['one', 'two'].map((text) => `SEND\ndestination:${to}\ncontent-length:3\n\n${text}\0\n`),
        `SEND\ndestination:${to}\n\nthree\0`,
      ].join('');
      for (const size of [1, 7, frames.length]) {
        for (let at = 0; at < frames.length; at += size) wire.send(frames.slice(at, at + size));
        for (const text of ['one', 'two', 'three']) {
          assert.equal((await wire.take('MESSAGE')).body.toString(), text);
        }
        await wire.confirmed('UNSUBSCRIBE\nid:0');
      }
    });

    test('1 MiB, both ways and across transports', async (t) => {
      const wires = [await open(t, url), await open(t, other)];
      const [to, body] = [topic('large'), Buffer.alloc(MIB, 'stomp\0frame\xff', 'latin1')];
      for (const wire of wires) {
        await wire.connect();
        await wire.confirmed(`SUBSCRIBE\nid:0\ndestination:${to}`);
      }
      const head = Buffer.from(`SEND\ndestination:${to}\ncontent-length:${MIB}\n\n`);
      const count = 8;
      for (let sent = 0; sent < count; sent += 1) wires[0].send(Buffer.concat([head, body, Buffer.alloc(1)]));
      for (const wire of wires) {
        for (let taken = 0; taken < count; taken += 1) {
          assert.ok((await wire.take('MESSAGE')).body.equals(body));
        }
      }
    });

    test('1 MiB through a queue and a transaction', async (t) => {
      const wire = await open(t, url);
      await wire.connect();
      const [to, body] = [`/queue/raw/${transport}`, 'x'.repeat(MIB)];
      await wire.confirmed('BEGIN\ntransaction:t');
      for (const _ of [1, 2]) wire.send(`SEND\ndestination:${to}\ntransaction:t\n\n${body}\0`);
      await wire.confirmed('COMMIT\ntransaction:t');
      wire.send(`SUBSCRIBE\nid:0\ndestination:${to}\nack:client\n\n\0`);
      for (const _ of [1, 2]) {
        const { headers, body: received } = await wire.take('MESSAGE');
        assert.equal(received.toString(), body);
        wire.send(`ACK\nid:${headers.ack}\n\n\0`);
      }
    });

    test('heart-beats of a second, both ways', async (t) => {
      const wire = await open(t, url);
      const { 'heart-beat': offered } = await wire.connect('accept-version:1.2\nhost:x\nheart-beat:1000,1000\n');
      assert.equal(offered, '1000,1000');
      // Each of the broker's beats is answered by one. Six of them take longer than four seconds.
      for (let beat = 0; beat < 6; beat += 1) {
        await wire.beats.take('a beat');
        wire.send('\n');
      }
      // Who promised beats and stops is told, and cut off.
      assert.equal((await wire.take('ERROR')).headers['error-code'], 'heartbeat-timeout');
      await wire.ended();
    });

    test('the RECEIPT of DISCONNECT comes before the end, behind everything else', async (t) => {
      const wire = await open(t, url);
      await wire.connect();
      const to = topic('bye');
      wire.send(`SUBSCRIBE\nid:0\ndestination:${to}\n\n\0SEND\ndestination:${to}\n\nlast\0DISCONNECT\nreceipt:bye\n\n\0`);
      assert.equal((await wire.take('MESSAGE')).body.toString(), 'last');
      assert.equal((await wire.take('RECEIPT')).headers['receipt-id'], 'bye');
      await wire.ended();
    });

    for (const [fault, code, frames] of [
      ['a frame before CONNECT', 'not-connected', 'SEND\ndestination:/topic/a\n\n\0'],
      ['an unknown version', 'version', 'CONNECT\naccept-version:2.0\nhost:x\n\n\0'],
      ['a second CONNECT', 'already-connected', 'CONNECTED+CONNECT\naccept-version:1.2\nhost:x\n\n\0'],
      ['an unknown command', 'unknown-command', 'CONNECTED+NONSENSE\n\n\0'],
      ['no destination', 'missing-header', 'CONNECTED+SEND\n\nx\0'],
      ['no id', 'missing-header', 'CONNECTED+SUBSCRIBE\ndestination:/topic/a\n\n\0'],
      ['an unknown ack mode', 'bad-ack-mode', 'CONNECTED+SUBSCRIBE\nid:0\ndestination:/topic/a\nack:x\n\n\0'],
      ['an id twice', 'duplicate-subscription', 'CONNECTED+SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0SUBSCRIBE\nid:0\ndestination:/topic/b\n\n\0'],
      ['ACK of nothing', 'unknown-ack', 'CONNECTED+ACK\nid:1\n\n\0'],
      ['an unknown transaction', 'unknown-transaction', 'CONNECTED+COMMIT\ntransaction:t\n\n\0'],
      ['a transaction twice', 'duplicate-transaction', 'CONNECTED+BEGIN\ntransaction:t\n\n\0BEGIN\ntransaction:t\n\n\0'],
      ['a wrong content-length', 'malformed-frame', 'CONNECTED+SEND\ndestination:/topic/a\ncontent-length:1\n\nlonger\0'],
      ['an unknown escape', 'bad-escape', 'CONNECTED+SEND\ndestination:/topic/a\nx:\\t\n\nx\0'],
      ['a bad selector', 'bad-selector', 'CONNECTED+SUBSCRIBE\nid:0\ndestination:/topic/a\nselector:a = \n\n\0'],
    ]) {
      test(`${fault}: ERROR and the end`, async (t) => {
        const wire = await open(t, url);
        if (frames.startsWith('CONNECTED+')) await wire.connect();
        wire.send(frames.replace('CONNECTED+', ''));
        const { headers } = await wire.take('ERROR');
        assert.equal(headers['error-code'], code);
        assert.ok(headers.message);
        await wire.ended();
      });
    }

    test('where a login is required, CONNECT without the right one is refused', async (t) => {
      const locked = brokers.locked[transport === 'TCP' ? 'tcp' : 'ws'];
      const version = 'accept-version:1.2\nhost:x\n';
      for (const login of ['', 'login:guest\n', 'login:guest\npasscode:\n', 'login:guest\npasscode:Guest\n']) {
        const wire = await open(t, locked);
        wire.send(`CONNECT\n${version}${login}\n\0`);
        assert.equal((await wire.take('ERROR')).headers['error-code'], 'auth-failed', login);
        await wire.ended();
      }
      await (await open(t, locked)).connect(`${version}login:guest\npasscode:guest\n`);
    });
  });
}

describe('WebSocket', { concurrency: true }, () => {
  test('the highest sub-protocol is chosen, in whatever order they are offered', async (t) => {
    for (const [offered, chosen] of [
      [['v10.stomp', 'v11.stomp', 'v12.stomp'], 'v12.stomp'],
      [['v11.stomp', 'v10.stomp'], 'v11.stomp'],
      [['mqtt', 'v10.stomp'], 'v10.stomp'],
      [[], ''],
    ]) {
      const wire = await open(t, brokers.open.ws, offered);
      assert.equal(wire.socket.protocol, chosen);
      await wire.connect();
    }
  });

  test('both paths take clients', async (t) => {
    for (const path of ['/ws', '/stomp']) {
      const wire = await open(t, brokers.open.ws.replace(/\/ws$/, path));
      await wire.connect();
    }
  });

  test('bodies without a type go as text where they are, and as binary where they are not', async (t) => {
    const wire = await open(t, brokers.open.ws);
    await wire.connect();
    await wire.confirmed('SUBSCRIBE\nid:0\ndestination:/topic/raw/kinds');
    const before = wire.kinds.length;
    for (const body of [Buffer.from('Grüße'), Buffer.from([0xff, 0xfe]), Buffer.from('a\0b')]) {
      const head = Buffer.from(`SEND\ndestination:/topic/raw/kinds\ncontent-length:${body.length}\n\n`);
      wire.send(Buffer.concat([head, body, Buffer.alloc(1)]));
      const message = await wire.take('MESSAGE');
      assert.ok(message.body.equals(body));
      assert.equal(message.headers['content-type'], undefined);
    }
    assert.deepEqual(wire.kinds.slice(before), ['text', 'binary', 'text']);
  });
});
