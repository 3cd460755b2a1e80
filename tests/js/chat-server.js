// Starts and stops the examples with a page, for the tests beside this file.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = dirname(fileURLToPath(import.meta.url));
const programs = {
  chat: resolve(here, process.env.CHAT_BIN ?? '../../target/debug/examples/chat'),
  auth: resolve(here, process.env.AUTH_BIN ?? '../../target/debug/examples/auth'),
  cluster: resolve(here, process.env.CLUSTER_BIN ?? '../../target/debug/examples/cluster'),
};

const START_LIMIT = 15_000;
const STOP_LIMIT = 15_000;

export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

export function answers(url) {
  return new Promise((done) => {
    const request = get(url, (response) => {
      response.resume();
      response.on('end', () => done(response.statusCode === 200));
    });
    request.on('error', () => done(false));
  });
}

/** Looks at `condition` again and again until it holds, or fails after `limit` milliseconds. */
export async function until(condition, what, limit = 10_000) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`gave up waiting for ${what}`);
    await new Promise((next) => setTimeout(next, 20));
  }
}

export class ChatServer {
  #child = null;
  output = '';

  /** Starts the example on a free port, or on `port`; where that is 0, it chooses, and says which in its output. */
  static async start({ port, env = {}, example = 'chat' } = {}) {
    const server = new ChatServer();
    server.example = example;
    server.port = port ?? (await freePort());
    server.env = env;
    await server.#run();
    return server;
  }

  get pageUrl() {
    return `http://127.0.0.1:${this.port}/`;
  }

  get wsUrl() {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  async #run() {
    const binary = programs[this.example];
    if (!existsSync(binary)) throw new Error(`${binary} is not there: cargo build --example ${this.example}`);
    const child = spawn(binary, [], {
      env: { ...process.env, ...this.env, PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { this.output += text; });
    }
    child.on('error', (error) => { this.output += String(error); });
    try {
      await until(async () => {
        if (child.exitCode !== null) throw new Error('the server ended while it was starting');
        if (this.port === 0) return this.#chosen();
        return answers(this.pageUrl);
      }, 'the page', START_LIMIT);
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`${error.message}\n--- output of the server ---\n${this.output}`);
    }
  }

  /** Whether the line that says where it is to be opened is there; then `ports` are those in it. */
  #chosen() {
    const line = /^open http:.*\n/m.exec(this.output);
    if (line === null) return false;
    this.ports = Array.from(line[0].matchAll(/:(\d+)/g), ([, port]) => Number(port));
    [this.port] = this.ports;
    return answers(this.pageUrl);
  }

  /** Interrupts the server as Ctrl+C does and gives its exit code. */
  async stop() {
    const child = this.#child;
    if (child === null) return 0;
    this.#child = null;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
      await ended;
      clearTimeout(limit);
    }
    if (child.exitCode !== 0) {
      throw new Error(
        `the server ended with ${child.exitCode ?? child.signalCode}, not with 0\n`
          + `--- output of the server ---\n${this.output}`,
      );
    }
    return 0;
  }

  /** Starts it again where it was. */
  async restart() {
    await this.#run();
  }
}
