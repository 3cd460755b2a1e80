// nginx in front of a server, with the example's configuration.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { answers, freePort, here, until } from './chat-server.js';

const example = resolve(here, '../../examples/nginx/chat.conf');
const places = [process.env.NGINX, '/usr/sbin/nginx', resolve(here, '../../target/nginx/usr/sbin/nginx')];

export class Nginx {
  /** Starts it in front of the server at this port. */
  static async start(behind) {
    const program = places.find((place) => place && existsSync(place));
    if (!program) throw new Error(`there is no nginx at ${places.filter(Boolean).join(' nor ')}: tests/run fetches it`);
    const nginx = new Nginx();
    nginx.port = await freePort();
    nginx.folder = await mkdtemp(join(tmpdir(), 'nginx-'));
    const site = (await readFile(example, 'utf8'))
      .replace('listen 80;', `listen 127.0.0.1:${nginx.port};`)
      .replace('127.0.0.1:8080', `127.0.0.1:${behind}`);
    await writeFile(join(nginx.folder, 'site.conf'), site);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((kind) => `${kind}_temp_path ${join(nginx.folder, kind)};`);
    await writeFile(join(nginx.folder, 'nginx.conf'), `
      daemon off;
      # One process, as the user who tests: another one could not read this folder.
      master_process off;
      pid ${join(nginx.folder, 'pid')};
      error_log stderr;
      events {}
      http {
        access_log off;
        ${temporary.join('\n')}
        include ${join(nginx.folder, 'site.conf')};
      }`);
    nginx.output = '';
    nginx.child = spawn(program, ['-e', 'stderr', '-p', nginx.folder, '-c', join(nginx.folder, 'nginx.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    nginx.child.stderr.setEncoding('utf8').on('data', (text) => { nginx.output += text; });
    await until(() => {
      if (nginx.child.exitCode !== null) throw new Error(`nginx ended:\n${nginx.output}`);
      return answers(nginx.pageUrl);
    }, 'nginx');
    return nginx;
  }

  get pageUrl() {
    return `http://127.0.0.1:${this.port}/`;
  }

  async stop() {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
    await rm(this.folder, { recursive: true });
  }
}
