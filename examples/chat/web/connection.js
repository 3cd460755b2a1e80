// The STOMP connection: one client that comes back by itself, and says how it is doing.

import { Client, ReconnectionTimeMode, TickerStrategy } from '@stomp/stompjs';

const FIRST_DELAY = 1000;
const LONGEST_DELAY = 15000;

/**
 * What a connection tells its owner:
 *
 * - `onState({ state, attempt, retryAt })`: `state` is `connecting`, `online` or
 *   `reconnecting`; `retryAt` is the time of the next try while one is being waited for;
 * - `onUp()`: a session is open, nothing is subscribed in it yet;
 * - `onDown()`: the session is gone, with all its subscriptions;
 * - `onRefused(problem)`: the server closed the session with an ERROR frame.
 */
export class Connection {
  #client;
  #handlers;
  #failures = 0;
  #troubled = false;
  #receipts = 0;

  constructor(url, login, handlers) {
    this.#handlers = handlers;
    this.#client = new Client({
      brokerURL: url,
      connectHeaders: { login },
      connectionTimeout: 8000,
      reconnectDelay: FIRST_DELAY,
      maxReconnectDelay: LONGEST_DELAY,
      reconnectTimeMode: ReconnectionTimeMode.EXPONENTIAL,
      heartbeatIncoming: 10000,
      heartbeatOutgoing: 10000,
      // Timers of a tab in the background are slowed down, those of a worker are not.
      heartbeatStrategy: TickerStrategy.Worker,
      discardWebsocketOnCommFailure: true,
      beforeConnect: () => this.#tell(this.#troubled ? 'reconnecting' : 'connecting'),
      onConnect: () => this.#opened(),
      onWebSocketClose: () => this.#closed(),
      onStompError: (frame) => handlers.onRefused(problemOf(frame)),
    });
  }

  get online() {
    return this.#client.connected;
  }

  start() {
    this.#client.activate();
  }

  /** Comes back as somebody else: who one is, CONNECT says. */
  async login(name) {
    this.#client.connectHeaders = { login: name };
    await this.#client.deactivate();
    this.#client.activate();
  }

  /** Tries again at once instead of waiting for the next attempt. */
  async retryNow() {
    if (this.#client.connected) return;
    await this.#client.deactivate({ force: true });
    this.#failures = 0;
    this.#client.activate();
  }

  /** Sends JSON; `onReceipt` runs when the server has dealt with the frame. */
  send(destination, body, onReceipt) {
    const headers = { 'content-type': 'application/json' };
    if (onReceipt) {
      headers.receipt = `sent-${++this.#receipts}`;
      this.#client.watchForReceipt(headers.receipt, onReceipt);
    }
    this.#client.publish({ destination, headers, body: JSON.stringify(body) });
  }

  /** Subscribes; `onJson` gets the parsed body of each message. Returns a way to stop. */
  subscribe(destination, onJson) {
    const client = this.#client;
    const subscription = client.subscribe(destination, (message) => onJson(parse(message.body)));
    return () => {
      if (client.connected) subscription.unsubscribe();
    };
  }

  #opened() {
    this.#failures = 0;
    this.#troubled = false;
    this.#tell('online');
    this.#handlers.onUp();
  }

  #closed() {
    this.#handlers.onDown();
    // Not active: this is retryNow() closing what was there.
    if (!this.#client.active) return;
    this.#troubled = true;
    this.#failures += 1;
    // The same series of pauses as the client's: doubled each time, up to the longest one.
    const delay = Math.min(FIRST_DELAY * 2 ** (this.#failures - 1), LONGEST_DELAY);
    this.#tell('reconnecting', Date.now() + delay);
  }

  #tell(state, retryAt = null) {
    this.#handlers.onState({ state, attempt: this.#failures, retryAt });
  }
}

function parse(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function problemOf(frame) {
  const body = parse(frame.body);
  return {
    code: frame.headers['error-code'] ?? body?.code ?? 'error',
    message: body?.message ?? frame.headers.message ?? 'The server closed the connection.',
    detail: body?.detail,
  };
}
