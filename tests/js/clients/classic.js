// The two libraries of the old make: webstomp-client, and stompjs 2.3.3, from which it comes.
// Neither can read binary bodies.

import stompjs2 from 'stompjs';
import webstomp from 'webstomp-client';
import { within } from '../inbox.js';
import { Receipts, Session } from './session.js';

class Classic extends Session {
  #receipts = new Receipts();

  constructor(client, { url, heartBeat = 0, ...connectHeaders }) {
    super();
    this.client = client;
    client.debug = this.debug;
    client.heartbeat = { outgoing: heartBeat, incoming: heartBeat };
    client.onreceipt = (frame) => this.#receipts.arrive(frame.headers['receipt-id']);
    // One callback for ERROR and for the end.
    const failed = (what) => (what.command === 'ERROR' ? this.onError(what.headers) : this.onClosed());
    client.connect(connectHeaders, (frame) => this.onConnected(frame.headers), failed);
  }

  confirmed(id) {
    return this.#receipts.confirmed(id);
  }

  listen(destination, onMessage, headers) {
    this.client.subscribe(destination, onMessage, headers);
  }

  begin() {
    return this.client.begin();
  }

  /** These close the socket behind DISCONNECT without waiting; what still arrives they read. */
  leave() {
    const { headers, arrived } = this.receipt();
    this.client.disconnect(() => {}, headers);
    return within(arrived.then(() => headers.receipt), 'the receipt of DISCONNECT');
  }

  drop() {
    this.client.ws.onclose = null;
    this.client.disconnect();
  }
}

class WebStomp extends Classic {
  publish(destination, body, headers) {
    this.client.send(destination, body, headers);
  }
}

class StompJs2 extends Classic {
  publish(destination, body, headers) {
    this.client.send(destination, headers, body);
  }
}

/** It takes each piece of TCP for whole frames, and `ack()` of any of them for that of the last. */
class StompJs2OverTcp extends StompJs2 {
  listen(destination, onMessage, headers) {
    const { client } = this;
    const named = ({ headers: { 'message-id': id, subscription } }) => [id, subscription];
    super.listen(destination, (message) => onMessage({
      ...message,
      ack: (more) => client.ack(...named(message), more),
      nack: (more) => client.nack(...named(message), more),
    }), headers);
  }
}

const both = { binary: false, large: true };

export const webstompClient = {
  ...both,
  name: 'webstomp-client (text only)',
  version: '1.2',
  open: (options) => new WebStomp(webstomp.client(options.url, { debug: false }), options),
};

export const webstompClientBinary = {
  ...both,
  name: 'webstomp-client, text in binary messages',
  version: '1.2',
  open: (options) => new WebStomp(webstomp.client(options.url, { debug: false, binary: true }), options),
};

export const stompjs233 = {
  ...both,
  name: 'stompjs 2.3.3 (text only)',
  version: '1.1',
  open: (options) => new StompJs2(stompjs2.client(options.url), options),
};

export const stompjs233OverTcp = {
  ...both,
  name: 'stompjs 2.3.3 over TCP (small text only)',
  version: '1.1',
  large: false,
  tcp: true,
  open: (options) => {
    const { hostname, port } = new URL(options.url);
    return new StompJs2OverTcp(stompjs2.overTCP(hostname, port), options);
  },
};
