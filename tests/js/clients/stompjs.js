// @stomp/stompjs 7, in Node and in browsers.

import { Client, Versions } from '@stomp/stompjs';
import { within } from '../inbox.js';
import { Session } from './session.js';

class StompJs extends Session {
  constructor(options, versions) {
    super();
    const { url, heartBeat = 0, ...connectHeaders } = options;
    this.client = new Client({
      brokerURL: url,
      connectHeaders,
      stompVersions: new Versions(versions),
      heartbeatOutgoing: heartBeat,
      heartbeatIncoming: heartBeat,
      reconnectDelay: 0,
      debug: this.debug,
      onConnect: (frame) => this.onConnected(frame.headers),
      onStompError: (frame) => this.onError(frame.headers),
      onWebSocketClose: () => this.onClosed(),
    });
    this.client.activate();
  }

  confirmed(id) {
    return new Promise((resolve) => this.client.watchForReceipt(id, () => resolve(id)));
  }

  publish(destination, body, headers) {
    const content = typeof body === 'string' ? { body } : { binaryBody: body };
    this.client.publish({ destination, headers, ...content });
  }

  listen(destination, onMessage, headers) {
    this.client.subscribe(destination, (message) => onMessage(read(message)), headers);
  }

  begin() {
    return this.client.begin();
  }

  leave() {
    return disconnect(this.client, () => this.client.deactivate());
  }

  drop() {
    return this.client.deactivate({ force: true });
  }
}

/** Says DISCONNECT, waits until the connection has ended, and gives the id of the RECEIPT. */
export async function disconnect(client, deactivate) {
  const confirmed = new Promise((resolve) => {
    client.onDisconnect = (frame) => resolve(frame.headers['receipt-id']);
  });
  await within(deactivate(), 'the end of the connection');
  return within(confirmed, 'the receipt of DISCONNECT');
}

export function read(message) {
  return {
    headers: message.headers,
    get body() { return message.body; },
    get bytes() { return message.binaryBody; },
    ack: (headers) => message.ack(headers),
    nack: (headers) => message.nack(headers),
  };
}

const of = (...versions) => ({
  name: `stompjs 7, STOMP ${versions[0]}`,
  version: versions[0],
  binary: true,
  large: true,
  open: (options) => new StompJs(options, versions),
});

export const stompjs = of('1.2', '1.1', '1.0');
export const stompjs11 = of('1.1', '1.0');
export const stompjs10 = of('1.0');
