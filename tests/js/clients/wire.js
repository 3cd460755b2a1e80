// Frames by hand, over WebSocket and over TCP.

import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { Inbox, within } from '../inbox.js';

/** A connection that sends what it is given, and keeps what comes as frames. */
class Wire {
  frames = new Inbox();
  beats = new Inbox();
  #rest = Buffer.alloc(0);

  constructor() {
    this.closed = new Promise((resolve) => { this.onClosed = resolve; });
  }

  receive(piece) {
    this.#rest = Buffer.concat([this.#rest, piece]);
    for (;;) {
      if (this.#rest[0] === 10) {
        this.beats.put('beat');
        this.#rest = this.#rest.subarray(1);
        continue;
      }
      const head = this.#rest.indexOf('\n\n');
      if (head < 0) return;
      const [command, ...lines] = this.#rest.toString('utf8', 0, head).split('\n');
      const headers = Object.fromEntries(lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1)];
      }));
      const length = Number(headers['content-length'] ?? this.#rest.indexOf(0, head + 2) - head - 2);
      if (length < 0 || this.#rest.length <= head + 2 + length) return;
      const body = Buffer.from(this.#rest.subarray(head + 2, head + 2 + length));
      this.#rest = this.#rest.subarray(head + 3 + length);
      this.frames.put({ command, headers, body });
    }
  }

  /** The next frame, which has to be of this command. */
  async take(command) {
    const frame = await this.frames.take(command);
    if (frame.command !== command) {
      throw new Error(`${command} was expected, and ${frame.command} came: ${JSON.stringify(frame.headers)}`);
    }
    return frame;
  }

  /** CONNECT, and what it is answered with. */
  async connect(headers = 'accept-version:1.2\nhost:any.example\n') {
    this.send(`CONNECT\n${headers}\n\0`);
    return (await this.take('CONNECTED')).headers;
  }

  /** A frame without a body, given without its empty line; waits for its receipt. */
  async confirmed(head) {
    this.send(`${head}\nreceipt:r\n\n\0`);
    await this.take('RECEIPT');
  }

  ended() {
    return within(this.closed, 'the end of the connection');
  }
}

class OverWebSocket extends Wire {
  /** The kind of each message that came. */
  kinds = [];

  constructor(url, protocols) {
    super();
    this.socket = new WebSocket(url, protocols);
    this.socket.on('message', (data, binary) => {
      this.kinds.push(binary ? 'binary' : 'text');
      this.receive(data);
    });
    this.socket.on('close', this.onClosed);
    this.opened = new Promise((resolve, reject) => {
      this.socket.on('open', resolve);
      this.socket.on('error', reject);
    });
  }

  send(message) {
    this.socket.send(message);
  }

  end() {
    this.socket.terminate();
  }
}

class OverTcp extends Wire {
  constructor(url) {
    super();
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on('data', (data) => this.receive(data));
    this.socket.on('close', this.onClosed);
    this.opened = new Promise((resolve, reject) => {
      this.socket.on('connect', resolve);
      this.socket.on('error', reject);
    });
  }

  send(bytes) {
    this.socket.write(bytes);
  }

  end() {
    this.socket.destroy();
  }
}

/** Opens a connection to a broker's address, whatever its transport. It ends with the test. */
export async function open(t, url, protocols = []) {
  const wire = url.startsWith('ws:') ? new OverWebSocket(url, protocols) : new OverTcp(url);
  t.after(() => wire.end());
  await within(wire.opened, 'the connection');
  return wire;
}
