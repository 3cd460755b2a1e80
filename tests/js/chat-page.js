// The page of the chat example in a browser: what the tests do with it.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { here } from './chat-server.js';

const LIMIT = 15_000;
const desk = { width: 1200, height: 760 };
const modules = join(here, 'node_modules');

// What the page may name public copies of: where they are on this machine.
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
export async function open(t, browser, url, { viewport = desk, prepare = () => {}, ...options } = {}) {
  const context = await browser.newContext({ viewport, colorScheme: 'light', locale: 'en-GB', ...options });
  t.after(() => context.close());
  context.setDefaultTimeout(LIMIT);
  // A server that was built without the library beside the page names a public copy of it. The
  // tests stay on this machine: the copy is answered from here, everything else is refused.
  await context.route((other) => other.hostname !== '127.0.0.1', (route) => {
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

export const at = (page, id) => page.getByTestId(id);
export const state = (page, value, limit = LIMIT) =>
  page.locator(`[data-testid=state][data-state=${value}]`).waitFor({ timeout: limit });
export const message = (page, writer, text) =>
  page.locator(`[data-testid=message][data-writer=${JSON.stringify(writer)}]`, { hasText: text }).last();
export const systemLine = (page, type, text) =>
  page.locator(`[data-testid=system-line][data-type=${type}]`, { hasText: text }).last();
export const roomLink = (page, name) => at(page, 'room-list').getByRole('link', { name, exact: true });

/** Waits until the page has entered its room, which it tells by the line about itself. */
export async function inRoom(page, name) {
  await state(page, 'online');
  if (name) await page.getByTestId('room-title').filter({ hasText: name }).waitFor();
  await systemLine(page, 'ENTER', 'You').waitFor();
}

export async function write(page, text) {
  await at(page, 'composer-input').fill(text);
  await at(page, 'composer-input').press('Enter');
}

export async function create(page, name) {
  await at(page, 'room-input').fill(name);
  await at(page, 'room-create').click();
  await inRoom(page, name);
}

/** Says something and waits until everybody has it. */
export async function say(page, writer, text, hearers) {
  await write(page, text);
  await Promise.all([page, ...hearers].map((each) => message(each, writer, text).waitFor()));
}
