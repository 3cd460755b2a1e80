// stompjs in Chromium, on a page of another origin than the broker's.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { here } from '../chat-server.js';
import { brokers } from './brokers.js';
import { names } from './checks.js';

const HTML = `<!doctype html><link rel="icon" href="data:,"><script type="importmap">
  {"imports": {"@stomp/stompjs": "/node_modules/@stomp/stompjs/esm6/index.js"}}
</script>`;

let browser;
let page;

const pages = createServer(async (request, response) => {
  const [type, body] = request.url === '/'
    ? ['text/html', HTML]
    : ['text/javascript', await readFile(join(here, request.url))];
  response.writeHead(200, { 'content-type': type }).end(body);
});

before(async () => {
  await once(pages.listen(0, '127.0.0.1'), 'listening');
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${pages.address().port}/`);
});

after(async () => {
  await browser?.close();
  pages.close();
});

describe('stompjs 7 in Chromium', { concurrency: true }, () => {
  for (const name of names) {
    test(name, () => page.evaluate(async ([check, urls]) => {
      const [checks, { stompjs }] = await Promise.all([
        import('/clients/checks.js'), import('/clients/stompjs.js'),
      ]);
      await checks.check(check, stompjs, urls);
    }, [name, brokers]));
  }
});
