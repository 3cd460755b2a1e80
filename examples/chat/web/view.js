// The conversation and what is around it.

import { $, hueOf, make, paintAvatar } from './dom.js';
import { filterRooms } from './sidebar.js';

export * from './sidebar.js';

const page = {
  pill: $('pill'), pillText: $('pill-text'), pillSpoken: $('pill-spoken'),
  roomForm: $('room-form'), roomInput: $('room-input'), roomList: $('room-list'), peopleList: $('people-list'),
  roomTitle: $('room-title'), people: $('people'),
  log: $('log'), empty: $('empty'), jump: $('jump'),
  composer: $('composer'), text: $('composer-input'), note: $('composer-note'),
  meName: $('me-name'), meAvatar: $('me-avatar'), rename: $('rename'),
  talk: $('talk'), menu: $('menu'), scrim: $('scrim'), toasts: $('toasts'),
  dialog: $('name-dialog'), nameForm: $('name-form'), nameInput: $('name-input'), nameAvatar: $('name-avatar'),
};

const GROUP_GAP = 5 * 60 * 1000;
const MOST_TOASTS = 3;
const MOST_LINES = 500;
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

// ---- people ----------------------------------------------------------------------------------

export function showProfile(name) {
  page.meName.textContent = name;
  paintAvatar(page.meAvatar, name);
}

/** Asks for a name in a dialog; closing it keeps the suggestion. */
export function askName(suggestion) {
  return new Promise((resolve) => {
    const preview = () => paintAvatar(page.nameAvatar, page.nameInput.value.trim() || suggestion);
    page.nameInput.value = suggestion;
    preview();
    page.nameInput.oninput = preview;
    page.dialog.onclose = () => resolve(page.nameInput.value.trim() || suggestion);
    page.dialog.oncancel = () => { page.nameInput.value = suggestion; };
    page.dialog.showModal();
    page.nameInput.select();
  });
}

// ---- connection state ------------------------------------------------------------------------

let countdown;

export function showState({ state, attempt, retryAt }) {
  clearInterval(countdown);
  page.pill.dataset.state = state;
  page.pill.title = attempt > 0 ? `Attempt ${attempt}` : '';
  const write = () => {
    const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    page.pillText.textContent = state === 'online' ? 'Online'
      : state === 'connecting' ? 'Connecting'
        : retryAt && seconds > 0 ? `Reconnecting in ${seconds} s` : 'Reconnecting';
  };
  write();
  if (retryAt) countdown = setInterval(write, 250);
  // Spoken once per change, without the seconds.
  const spoken = { online: 'Online', connecting: 'Connecting', reconnecting: 'Connection lost, reconnecting' }[state];
  if (page.pillSpoken.textContent !== spoken) page.pillSpoken.textContent = spoken;
  page.composer.dataset.state = state;
  note(state === 'reconnecting' ? 'You are offline. What you write stays here until you are back.' : '');
}

function note(text) {
  if (page.note.textContent !== text) page.note.textContent = text;
}

// ---- rooms -----------------------------------------------------------------------------------

/** Those who were seen in the room and have not been seen leaving. */
export function peopleIn(log, me) {
  const seen = new Map();
  for (const entry of log) {
    if (entry.type === 'LEAVE') seen.delete(entry.writer);
    else seen.set(entry.writer, entry.writer === me ? 'You' : entry.writer);
  }
  if (seen.size === 1 && seen.has(me)) return 'Only you so far';
  const names = [...seen.values()].sort((a, b) => (b === 'You') - (a === 'You'));
  if (names.length > 4) names.splice(3, names.length, `${names.length - 3} others`);
  return new Intl.ListFormat('en-GB').format(names);
}

export function showRoom(title, people) {
  page.roomTitle.textContent = title;
  page.people.textContent = people;
  document.title = `${title} · stompframe chat`;
}

function drawer(open) {
  document.body.classList.toggle('drawer-open', open);
  page.menu.setAttribute('aria-expanded', String(open));
  page.talk.inert = open;
  if (open) page.roomList.querySelector('[aria-current]')?.focus();
}

export function closeDrawer() {
  if (!document.body.classList.contains('drawer-open')) return;
  drawer(false);
  page.menu.focus({ preventScroll: true });
}

// ---- conversation ----------------------------------------------------------------------------

/** Shows a whole conversation in place of another one. */
export function showLog(entries) {
  page.log.replaceChildren();
  page.empty.hidden = false;
  entries.forEach((entry, index) => append(entry, entries[index - 1]));
  toBottom();
}

/** Adds one line; follows it unless the reader has scrolled up. */
export function addToLog(entry, previous) {
  const following = page.log.scrollHeight - page.log.scrollTop - page.log.clientHeight < 80;
  append(entry, previous);
  while (page.log.childElementCount > MOST_LINES) page.log.firstElementChild.remove();
  if (following || entry.own) toBottom();
  else page.jump.hidden = false;
}

function append(entry, previous) {
  page.log.append(entry.type === 'MESSAGE' ? messageLine(entry, previous) : systemLine(entry));
  if (entry.type === 'MESSAGE') page.empty.hidden = true;
}

function systemLine(entry) {
  const line = make('p', 'system');
  line.dataset.testid = 'system-line';
  line.dataset.type = entry.type;
  const who = entry.own ? 'You' : entry.writer;
  line.append(make('b', '', who), entry.type === 'ENTER' ? ' joined' : ' left', ` · ${clock.format(entry.at)}`);
  return line;
}

function messageLine(entry, previous) {
  const grouped = previous?.type === 'MESSAGE' && previous.writer === entry.writer
    && previous.own === entry.own && entry.at - previous.at < GROUP_GAP;
  const line = make('article', `message${entry.own ? ' own' : ''}${grouped ? ' grouped' : ''}`);
  line.dataset.testid = 'message';
  line.dataset.writer = entry.writer;
  line.style.setProperty('--hue', hueOf(entry.writer));

  const head = make('header', grouped ? 'sr' : 'head');
  head.append(make('span', 'writer', entry.own ? 'You' : entry.writer), ' ');
  const time = make('time', '', clock.format(entry.at));
  time.dateTime = new Date(entry.at).toISOString();
  head.append(time);

  const bubble = make('p', 'bubble', entry.message ?? '');
  bubble.dir = 'auto';
  line.append(head, bubble);
  if (!entry.own && !grouped) {
    const avatar = make('span', 'avatar');
    avatar.setAttribute('aria-hidden', 'true');
    paintAvatar(avatar, entry.writer);
    line.prepend(avatar);
  }
  return line;
}

function toBottom() {
  page.log.scrollTop = page.log.scrollHeight;
  page.jump.hidden = true;
}

// ---- composer --------------------------------------------------------------------------------

function fitText() {
  page.text.style.height = 'auto';
  page.text.style.height = `${page.text.scrollHeight}px`;
}

export function setDraft(text) {
  page.text.value = text;
  fitText();
}

/** Puts texts that may not have arrived back in front of what is being written. */
export function returnToComposer(texts) {
  if (texts.length > 0) setDraft([...texts, page.text.value].filter(Boolean).join('\n'));
}

export function focusComposer() {
  // A phone would cover half of the page with its keyboard.
  if (matchMedia('(pointer: fine)').matches) page.text.focus({ preventScroll: true });
}

// ---- toasts ----------------------------------------------------------------------------------

export function toast({ code, message, detail }) {
  const box = make('div', 'toast');
  box.dataset.testid = 'toast';
  const text = make('div', 'toast-text');
  text.append(make('strong', '', message || 'Something was refused.'));
  if (detail) text.append(make('span', '', detail));
  if (code) text.append(make('code', '', code));
  const close = make('button', 'icon', '×');
  close.type = 'button';
  close.setAttribute('aria-label', 'Dismiss');
  close.onclick = () => box.remove();
  box.append(text, close);
  page.toasts.append(box);
  while (page.toasts.childElementCount > MOST_TOASTS) page.toasts.firstElementChild.remove();
}

// ---- what the reader does --------------------------------------------------------------------

/** `onMessage(text)`, `onRoom(name)` and `onRename()` are called when the reader asks for it. */
export function listen({ onMessage, onRoom, onRename }) {
  page.composer.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = page.text.value.trim();
    if (text) onMessage(text);
  });
  page.text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    page.composer.requestSubmit();
  });
  page.text.addEventListener('input', fitText);

  page.roomForm.addEventListener('submit', (event) => {
    event.preventDefault();
    const name = page.roomInput.value.trim();
    if (name) onRoom(name);
  });
  page.roomInput.addEventListener('input', filterRooms);
  for (const list of [page.roomList, page.peopleList]) {
    list.addEventListener('click', (event) => {
      if (event.target.closest('a')) closeDrawer();
    });
  }

  page.rename.addEventListener('click', onRename);
  page.menu.addEventListener('click', () => drawer(true));
  page.scrim.addEventListener('click', closeDrawer);
  matchMedia('(max-width: 760px)').addEventListener('change', () => drawer(false));
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || page.dialog.open) return;
    closeDrawer();
    page.toasts.lastElementChild?.remove();
  });

  page.jump.addEventListener('click', toBottom);
  page.log.addEventListener('scroll', () => {
    if (page.log.scrollHeight - page.log.scrollTop - page.log.clientHeight < 80) page.jump.hidden = true;
  });
}
