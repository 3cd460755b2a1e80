// A stompjs client over the `ws` package, with promises in place of callbacks.

import { Client, Versions } from '@stomp/stompjs';
import { WebSocket } from 'ws';
import { Inbox, within } from './inbox.js';

export class TestClient {
  /** ERROR frames. */
  errors = new Inbox();
  /** Pieces of the WebSocket exactly as they came. */
  raw = [];
  #receipts = 0;

  /** Connects; `versions` are STOMP versions, the rest are options of the stompjs client. */
  static async connect(url, { versions = ['1.2', '1.1', '1.0'], ...options } = {}) {
    const client = new TestClient();
    const offered = new Versions(versions);
    client.closed = new Promise((resolve) => { client.onClosed = resolve; });
    const connected = new Promise((resolve, reject) => {
      client.stomp = new Client({
        webSocketFactory: () => {
          const socket = new WebSocket(url, offered.protocolVersions());
          socket.on('message', (data) => client.raw.push({ at: Date.now(), text: data.toString() }));
          return socket;
        },
        stompVersions: offered,
        reconnectDelay: 0,
        onConnect: (frame) => { client.session = frame.headers; resolve(); },
        onStompError: (frame) => { client.errors.put(frame); reject(new Error(frame.headers.message)); },
        onWebSocketError: (event) => reject(new Error(event.message ?? 'the WebSocket failed')),
        onWebSocketClose: (event) => { client.onClosed(event); reject(new Error('closed')); },
        ...options,
      });
      client.stomp.activate();
    });
    await within(connected, 'CONNECTED');
    return client;
  }

  /** Gives a header for a frame and a promise of its RECEIPT. */
  receipt() {
    const id = `receipt-${++this.#receipts}`;
    const arrived = new Promise((resolve) => this.stomp.watchForReceipt(id, resolve));
    return { headers: { receipt: id }, arrived: within(arrived, `the receipt ${id}`) };
  }

  /** Subscribes, and waits until the server has confirmed it. */
  async subscribe(destination) {
    const inbox = new Inbox();
    const { headers, arrived } = this.receipt();
    inbox.subscription = this.stomp.subscribe(destination, (message) => inbox.put(message), headers);
    await arrived;
    return inbox;
  }

  /** Subscribes to something that answers once, without a receipt. */
  ask(destination) {
    const inbox = new Inbox();
    inbox.subscription = this.stomp.subscribe(destination, (message) => inbox.put(message));
    return inbox;
  }

  send(destination, body, headers = {}) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    this.stomp.publish({ destination, body: text, headers });
  }

  /** Says DISCONNECT, waits for its receipt and for the end of the connection. */
  async leave() {
    await within(this.stomp.deactivate(), 'the end of the connection');
  }
}
