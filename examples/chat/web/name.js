// What to call whoever sits in front of the page.

import { askName } from './view.js';

const NAME_KEY = 'stompframe-chat-name';
const LONGEST_NAME = 40;

function suggestName() {
  const pick = (words) => words[Math.floor(Math.random() * words.length)];
  const first = pick(['Brave', 'Calm', 'Clever', 'Cosy', 'Gentle', 'Happy', 'Kind', 'Lucky', 'Merry', 'Sunny', 'Swift', 'Witty']);
  const second = pick(['Badger', 'Beaver', 'Finch', 'Fox', 'Hare', 'Heron', 'Lynx', 'Otter', 'Puffin', 'Robin', 'Seal', 'Wren']);
  return `${first} ${second}`;
}

export function cleanName(text) {
  return Array.from((text ?? '').trim()).slice(0, LONGEST_NAME).join('').trim();
}

/** The name in the address wins, then the one of the last visit, then the dialog. */
export async function findName() {
  const preset = cleanName(new URLSearchParams(location.search).get('name'));
  if (preset) return preset;
  return cleanName(readStored()) || storeName(await askName(suggestName()));
}

function readStored() {
  try {
    return localStorage.getItem(NAME_KEY);
  } catch {
    return null; // storage is switched off in this browser
  }
}

export function storeName(chosen) {
  try {
    localStorage.setItem(NAME_KEY, chosen);
  } catch {
    // The name lasts as long as the page, then.
  }
  return chosen;
}
