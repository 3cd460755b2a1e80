// The chat itself: who I am, which rooms there are, what was said in them.

import * as view from './view.js';

const NAME_KEY = 'stompframe-chat-name';
const LONGEST_NAME = 40;
const LONGEST_LOG = 500;

const rooms = new Map(); // id → name, as the server told it
const logs = new Map(); // room id → what was said while we were there
const unconfirmed = new Map(); // number → message the server has not confirmed yet
let sent = 0;
let name = '';
let room = null; // id of the room we are in, or want to be in
let entered = null; // id of the room the server knows we are in
let leaveTopic = () => {};
let wantedRoom = null; // name of a room that we asked for and want to join
let moving = null; // the conversation that goes with us into that room
let connection;

// ---- name ------------------------------------------------------------------------------------

function suggestName() {
  const pick = (words) => words[Math.floor(Math.random() * words.length)];
  const first = pick(['Brave', 'Calm', 'Clever', 'Cosy', 'Gentle', 'Happy', 'Kind', 'Lucky', 'Merry', 'Sunny', 'Swift', 'Witty']);
  const second = pick(['Badger', 'Beaver', 'Finch', 'Fox', 'Hare', 'Heron', 'Lynx', 'Otter', 'Puffin', 'Robin', 'Seal', 'Wren']);
  return `${first} ${second}`;
}

function cleanName(text) {
  return Array.from((text ?? '').trim()).slice(0, LONGEST_NAME).join('').trim();
}

/** The name in the address wins, then the one of the last visit, then the dialog. */
async function findName() {
  const preset = cleanName(new URLSearchParams(location.search).get('name'));
  if (preset) return preset;
  return cleanName(readStored()) || storeName(await view.askName(suggestName()));
}

function readStored() {
  try {
    return localStorage.getItem(NAME_KEY);
  } catch {
    return null; // storage is switched off in this browser
  }
}

function storeName(chosen) {
  try {
    localStorage.setItem(NAME_KEY, chosen);
  } catch {
    // The name lasts as long as the page, then.
  }
  return chosen;
}

async function rename() {
  const chosen = cleanName(await view.askName(name));
  if (chosen === name) return;
  storeName(chosen);
  const { pathname, hash } = location;
  history.replaceState(null, '', pathname + hash); // a name in the address would win next time
  const here = entered;
  leaveRoom();
  name = chosen;
  view.showProfile(name);
  if (here !== null) enterRoom(here);
}

// ---- rooms -----------------------------------------------------------------------------------

function roomInAddress() {
  const id = Number(new URLSearchParams(location.hash.slice(1)).get('room'));
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

function showRooms() {
  view.showRooms([...rooms].map(([id, title]) => ({ id, name: title })), room);
}

function showHeader() {
  if (room === null) return;
  view.showRoom(rooms.get(room) ?? `Room ${room}`, peopleOf(logs.get(room) ?? []));
}

/** Those who were seen in the room and have not been seen leaving. */
function peopleOf(log) {
  const seen = new Map();
  for (const entry of log) {
    if (entry.type === 'LEAVE') seen.delete(entry.writer);
    else seen.set(entry.writer, entry.writer === name ? 'You' : entry.writer);
  }
  if (seen.size === 1 && seen.has(name)) return 'Only you so far';
  const names = [...seen.values()].sort((a, b) => (b === 'You') - (a === 'You'));
  if (names.length > 4) names.splice(3, names.length, `${names.length - 3} others`);
  return new Intl.ListFormat('en-GB').format(names);
}

/** Everything follows the address: links, the back button and new rooms only change it. */
function goTo(id, { replace = false } = {}) {
  if (replace) history.replaceState(null, '', `#room=${id}`);
  else location.hash = `room=${id}`;
  followAddress();
}

function followAddress() {
  const id = roomInAddress();
  if (id === null) return;
  if (id !== room) {
    leaveRoom();
    room = id;
    wantedRoom = null;
    moving = null;
    view.showLog(logs.get(id) ?? []);
    showRooms();
    showHeader();
    view.focusComposer();
  }
  if (connection.online && entered !== id) enterRoom(id);
}

function enterRoom(id) {
  if (!logs.has(id)) logs.set(id, []);
  leaveTopic = connection.subscribe(`/topic/chat/room/${id}`, (event) => heard(id, event));
  entered = id;
  say('ENTER');
}

function leaveRoom() {
  if (entered === null) return;
  const id = entered;
  if (connection.online) {
    say('LEAVE');
    leaveTopic();
  }
  entered = null;
  heard(id, { chatRoomId: id, type: 'LEAVE', writer: name }); // not told by the topic any more
}

function heard(id, event) {
  if (!event || typeof event.writer !== 'string') return;
  const entry = { ...event, at: Date.now(), own: event.writer === name };
  if (entry.own) confirm(event.message);
  const log = logs.get(id);
  const previous = log.at(-1);
  log.push(entry);
  if (log.length > LONGEST_LOG) log.shift();
  if (id !== room) return;
  view.addToLog(entry, previous);
  showHeader();
}

/** A message that comes back to us has arrived, whatever happens to its receipt. */
function confirm(message) {
  for (const [number, text] of unconfirmed) {
    if (text === message) return unconfirmed.delete(number);
  }
  return false;
}

function say(type, message) {
  const event = { chatRoomId: entered, type, writer: name };
  if (type !== 'MESSAGE') return connection.send('/pub/chat', event);
  const number = ++sent;
  unconfirmed.set(number, message);
  return connection.send('/pub/chat', { ...event, message }, () => unconfirmed.delete(number));
}

function askForRoom(title) {
  if (!connection.online) {
    view.toast({ message: 'You are offline, rooms can be created when you are back.' });
    return;
  }
  wantedRoom = title.trim().toLocaleLowerCase();
  connection.send('/pub/chat/rooms', { name: title });
}

// ---- session ---------------------------------------------------------------------------------

function up() {
  connection.subscribe('/user/queue/errors', (problem) => {
    wantedRoom = null;
    view.toast(problem ?? {});
  });
  connection.subscribe('/topic/chat/rooms', roomAppeared);
  connection.subscribe('/pub/chat/rooms', roomsListed);
}

function roomAppeared(found) {
  if (!found) return;
  rooms.set(found.id, found.name);
  showRooms();
  if (wantedRoom === found.name.toLocaleLowerCase()) {
    wantedRoom = null;
    if (moving) logs.set(found.id, moving);
    moving = null;
    view.clearRoomInput();
    view.closeDrawer();
    goTo(found.id, { replace: entered === null });
  }
  showHeader();
}

/** The list comes once per session; after it we know where to go (back) to. */
function roomsListed(list) {
  const lastTitle = rooms.get(room);
  rooms.clear();
  for (const each of list ?? []) rooms.set(each.id, each.name);
  showRooms();
  if (entered !== null) return;
  if (lastTitle !== undefined && rooms.get(room) !== lastTitle) {
    // A server that was started again has forgotten our room, or gave its number to another
    // one. The numbers mean nothing any more: we ask for the room by its name.
    moving = logs.get(room) ?? moving;
    logs.clear();
    askForRoom(lastTitle);
  } else if (room !== null) {
    enterRoom(room);
    showHeader();
  } else {
    goTo(roomInAddress() ?? list?.[0]?.id ?? 1, { replace: true });
  }
}

function down() {
  entered = null;
  wantedRoom = null;
  // What was sent into a connection that is gone may be lost: the writer gets it back.
  view.returnToComposer([...unconfirmed.values()]);
  unconfirmed.clear();
}

async function start() {
  name = await findName();
  view.showProfile(name);
  let Connection;
  try {
    ({ Connection } = await import('./connection.js'));
  } catch (error) {
    view.toast({ message: 'The STOMP library could not be loaded.', detail: String(error.message ?? error) });
    return;
  }
  const address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
  connection = new Connection(address, { onState: view.showState, onUp: up, onDown: down, onRefused: view.toast });

  view.listen({
    onMessage(text) {
      if (entered === null || !connection.online) return; // it stays in the composer
      view.setDraft('');
      say('MESSAGE', text);
    },
    onRoom: askForRoom,
    onRename: rename,
  });
  addEventListener('hashchange', followAddress);
  addEventListener('online', () => connection.retryNow());
  addEventListener('pagehide', leaveRoom);
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    if (connection.online) followAddress();
    else connection.retryNow();
  });
  connection.start();
}

start();
