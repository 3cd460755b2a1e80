// sockjs-client on the chat example: in Node, and the chat page itself over it in Chromium.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch, open as openPage } from './browser.js';
import { create, inRoom, roomLink, say, systemLine } from './chat-page.js';
import { ChatServer, here } from './chat-server.js';
import { Nginx } from './nginx.js';
import { beSilent, chat } from './sockjs-chat.js';

const inNode = ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling'];
const inBrowsers = [
  'websocket', 'xhr-streaming', 'eventsource', 'iframe-eventsource', 'htmlfile', 'iframe-htmlfile',
  'xhr-polling', 'iframe-xhr-polling', 'jsonp-polling',
];

const servers = {};

before(async () => {
  for (const name of ['', 'everything', 'without-web-socket']) {
    servers[name] = await ChatServer.start({ env: { SOCKJS: name } });
  }
});

after(async () => {
  for (const server of Object.values(servers)) assert.equal(await server.stop(), 0);
});

const endpoint = (name) => `${servers[name].pageUrl}ws`;

describe('sockjs-client in Node', { concurrency: true }, () => {
  for (const transport of inNode) {
    test(`a whole chat over ${transport}`, async () => {
      assert.equal(await chat(endpoint(''), [transport]), transport);
    });
    test(`heart-beats over ${transport}`, () => beSilent(endpoint(''), [transport], 3000));
  }

  test('it begins with the best transport', async () => {
    assert.equal(await chat(endpoint(''), undefined), 'websocket');
  });

  test('where there is no WebSocket it takes the next one', async () => {
    assert.equal(await chat(endpoint('without-web-socket'), undefined), 'xhr-streaming');
  });
});

describe('sockjs-client through nginx', { concurrency: true }, () => {
  let nginx;

  before(async () => {
    nginx = await Nginx.start(servers[''].port);
  });

  after(() => nginx?.stop());

  for (const transport of inNode) {
    test(`a whole chat over ${transport}`, async () => {
      assert.equal(await chat(`${nginx.pageUrl}ws`, [transport]), transport);
    });
    test(`heart-beats over ${transport}`, () => beSilent(`${nginx.pageUrl}ws`, [transport], 3000));
  }
});

describe('the chat page over sockjs-client in Chromium', () => {
  let browser;
  let library;

  before(async () => {
    browser = await launch();
    library = await readFile(join(here, 'node_modules/sockjs-client/dist/sockjs.js'), 'utf8');
  });

  after(() => browser?.close());

  /** Opens the page of a server, with SockJS where it would take a WebSocket. */
  const visit = (t, name, address, transports) => openPage(t, browser, servers[name].pageUrl + address, {
    prepare: (context) => context.addInitScript(`
      if (window === window.parent) {
        ${library}
        const transports = ${JSON.stringify(transports)};
        window.sockets = [];
        window.WebSocket = class {
          constructor(url) {
            const socket = new SockJS(url.replace('ws:', 'http:'), null, { transports });
            window.sockets.push(socket);
            return socket;
          }
        };
      }`),
  });

  async function twoPeopleChat(t, name, transports) {
    const ann = await visit(t, name, '?name=ann', transports);
    await inRoom(ann);
    await create(ann, 'Old browsers');
    const bob = await visit(t, name, '?name=bob', transports);
    await inRoom(bob);
    await roomLink(bob, 'Old browsers').click();
    await inRoom(bob, 'Old browsers');
    await systemLine(ann, 'ENTER', 'bob').waitFor();
    await say(ann, 'ann', 'Morning! 100 % <b>markup</b> + “quotes” 🦀', [bob]);
    await say(bob, 'bob', 'And back.', [ann]);
    for (const number of [1, 2, 3, 4, 5]) await say(ann, 'ann', `number ${number}`, [bob]);
    const used = await Promise.all([ann, bob].map((page) => page.evaluate(() => window.sockets.map((one) => one.transport))));
    // The protocol's pages say something that the browser ignores by now.
    const problems = [ann, bob].flatMap((page) => page.problems.filter((problem) => !problem.includes('document.domain')));
    assert.deepEqual(problems, []);
    return [...new Set(used.flat())];
  }

  for (const transport of inBrowsers) {
    test(`two people chat over ${transport}`, async (t) => {
      assert.deepEqual(await twoPeopleChat(t, 'everything', [transport]), [transport]);
    });
  }

  test('where there is no WebSocket the next transport is taken', async (t) => {
    assert.deepEqual(await twoPeopleChat(t, 'without-web-socket', undefined), ['xhr-streaming']);
  });

  test('what is off is not taken, even if a page asks for it', async (t) => {
    const page = await visit(t, '', '?name=eve', ['iframe-eventsource', 'htmlfile', 'jsonp-polling']);
    await page.locator('[data-testid=state][data-state=reconnecting]').waitFor();
  });
});
