// The page of the chat example in a browser: what the tests do with it.

import { LIMIT } from './browser.js';


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
