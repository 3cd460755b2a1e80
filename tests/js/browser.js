// A real browser for the tests of pages.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { here } from './chat-server.js';

export const LIMIT = 15_000;
export const desk = { width: 1200, height: 760 };
export const phone = { width: 360, height: 740 };
export const shots = resolve(here, process.env.SCREENSHOTS ?? '../../target/screenshots');
const modules = join(here, 'node_modules');

// What pages may name public copies of: where they are on this machine.
const copies = [
  ['/esm6/', join(modules, '@stomp/stompjs/esm6')],
  ['/dist/', join(modules, 'sockjs-client/dist')],
];

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}

function copyOf(url) {
  for (const [folder, place] of copies) {
    const [, file] = new URL(url).pathname.split(folder);
    if (file && existsSync(join(place, file))) return join(place, file);
  }
  return null;
}

/** Opens the page in a context of its own and notes what goes wrong in it. */
export async function openPage(t, browser, url, { viewport = desk, prepare = () => {}, ...options } = {}) {
  const context = await browser.newContext({ viewport, colorScheme: 'light', locale: 'en-GB', ...options });
  t.after(() => context.close());
  context.setDefaultTimeout(LIMIT);
  // A server that was built without the library beside the page names a public copy of it. The
  // tests stay on this machine: the copy is answered from here, everything else is refused.
  await context.route((url) => url.hostname !== '127.0.0.1', (route) => {
    const path = copyOf(route.request().url());
    if (!path) return route.abort();
    return route.fulfill({ path, contentType: 'text/javascript', headers: { 'access-control-allow-origin': '*' } });
  });
  await prepare(context);
  const page = await context.newPage();
  page.problems = [];
  page.on('console', (line) => {
    if (['error', 'warning'].includes(line.type())) page.problems.push(`${line.type()}: ${line.text()}`);
  });
  page.on('pageerror', (error) => page.problems.push(`thrown: ${error}`));
  page.on('dialog', (dialog) => {
    page.problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.goto(url);
  return page;
}
