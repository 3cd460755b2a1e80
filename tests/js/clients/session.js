// What the checks do with a client, whichever library it is of. Runs in Node and in browsers.

import { Inbox, within } from '../inbox.js';

/** A connection of one of the libraries. Those say how each verb is theirs. */
export class Session {
  /** ERROR frames, as their headers. */
  errors = new Inbox();
  /** How many heart-beats went each way. */
  beats = { sent: 0, received: 0 };
  #receipts = 0;

  constructor() {
    this.connected = new Promise((resolve, reject) => {
      this.onConnected = resolve;
      this.onRefused = reject;
    });
    this.connected.catch(() => {}); // Who waits for it hears of it.
    this.closed = new Promise((resolve) => { this.onClosed = resolve; });
    this.closed.then(() => this.onRefused(new Error('closed')));
  }

  /** Each of the libraries tells its beats in the same words. */
  debug = (line) => {
    if (line === '>>> PING') this.beats.sent += 1;
    if (line === '<<< PONG') this.beats.received += 1;
  };

  onError(headers) {
    this.errors.put(headers);
    this.onRefused(new Error(headers['error-code'] ?? headers.message));
  }

  /** Gives a header for a frame and a promise of its RECEIPT. */
  receipt() {
    const id = `receipt-${++this.#receipts}`;
    return { headers: { receipt: id }, arrived: within(this.confirmed(id), `the receipt ${id}`) };
  }

  /** Sends, and waits until the broker has confirmed it. */
  async send(destination, body, headers = {}) {
    const receipt = this.receipt();
    this.publish(destination, body, { ...headers, ...receipt.headers });
    await receipt.arrived;
  }

  /** Subscribes, and waits until the broker has confirmed it. */
  async subscribe(destination, headers = {}) {
    const inbox = new Inbox();
    const receipt = this.receipt();
    this.listen(destination, (message) => inbox.put(message), { ...headers, ...receipt.headers });
    await receipt.arrived;
    return inbox;
  }
}

/** For libraries with one callback for all receipts. */
export class Receipts {
  #arrived = new Set();
  #waiting = new Map();

  arrive(id) {
    this.#arrived.add(id);
    this.#waiting.get(id)?.(id);
  }

  confirmed(id) {
    if (this.#arrived.has(id)) return Promise.resolve(id);
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
}
