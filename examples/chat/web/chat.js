// The chat itself: who I am, which rooms there are, what was said in them.

import { cleanName, findName, storeName } from './name.js';
import * as view from './view.js';

const LONGEST_LOG = 500;

const rooms = new Map(); // id → { name, members }, as the server told it
const logs = new Map(); // room id, or @name of a person → what was said while we were there
const unread = new Set(); // names of people who said something that was not shown yet
let people = []; // names of those who are here
const unconfirmed = new Map(); // number → message the server has not confirmed yet
let sent = 0;
let name = '';
let room = null; // id of the room we are in, or want to be in
let person = null; // whom we talk to alone, while that is shown
let entered = null; // id of the room the server knows we are in
let leaveTopic = () => {};
let wantedRoom = null; // name of a room that we asked for and want to join
let moving = null; // the conversation that goes with us into that room
let connection;

// ---- name ------------------------------------------------------------------------------------

async function rename() {
  const chosen = cleanName(await view.askName(name));
  if (chosen === name) return;
  storeName(chosen);
  const { pathname, hash } = location;
  history.replaceState(null, '', pathname + hash); // a name in the address would win next time
  leaveRoom();
  name = chosen;
  view.showProfile(name);
  await connection.login(name); // and then back into the room
}

// ---- rooms -----------------------------------------------------------------------------------

function roomInAddress() {
  const id = Number(new URLSearchParams(location.hash.slice(1)).get('room'));
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

function personInAddress() {
  return new URLSearchParams(location.hash.slice(1)).get('to');
}

function showRooms() {
  const list = [...rooms].map(([id, each]) => ({ id, name: each.name, isClosed: each.members.length > 0 }));
  view.showRooms(list, person === null ? room : null);
}

function showPeople() {
  view.showPeople(people.map((each) => ({ name: each, isMe: each === name, isUnread: unread.has(each) })), person);
}

function showHeader() {
  if (person !== null) view.showRoom(person, 'Only the two of you can read this');
  else if (room !== null) view.showRoom(rooms.get(room)?.name ?? `Room ${room}`, view.peopleIn(logs.get(room) ?? [], name));
}

/** Everything follows the address: links, the back button and new rooms only change it. */
function goTo(id, { replace = false } = {}) {
  if (replace) history.replaceState(null, '', `#room=${id}`);
  else location.hash = `room=${id}`;
  followAddress();
}

function followAddress() {
  const to = personInAddress();
  if (to !== null) {
    talkTo(to);
    return;
  }
  const id = roomInAddress();
  if (id === null) return;
  const isShown = id === room && person === null;
  person = null;
  if (id !== room) {
    leaveRoom();
    room = id;
    wantedRoom = null;
    moving = null;
  }
  if (!isShown) {
    view.showLog(logs.get(id) ?? []);
    showRooms();
    showPeople();
    showHeader();
    view.focusComposer();
  }
  if (connection.online && entered !== id) enterRoom(id);
}

/** Shows what was said between two; the room goes on meanwhile. */
function talkTo(to) {
  person = to;
  unread.delete(to);
  view.showLog(logs.get(`@${to}`) ?? []);
  showRooms();
  showPeople();
  showHeader();
  view.focusComposer();
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
  if (id !== room || person !== null) return;
  view.addToLog(entry, previous);
  showHeader();
}

function whispered(event) {
  if (!event || typeof event.from !== 'string') return;
  const own = event.from === name;
  const other = own ? event.to : event.from;
  const entry = { type: 'MESSAGE', writer: event.from, message: event.message, at: Date.now(), own };
  if (own) confirm(event.message);
  if (!logs.has(`@${other}`)) logs.set(`@${other}`, []);
  const log = logs.get(`@${other}`);
  const previous = log.at(-1);
  log.push(entry);
  if (log.length > LONGEST_LOG) log.shift();
  if (other === person) {
    view.addToLog(entry, previous);
  } else {
    unread.add(other);
    showPeople();
  }
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
  if (person !== null) {
    return connection.send('/pub/chat/private', { to: person, message }, () => unconfirmed.delete(number));
  }
  return connection.send('/pub/chat', { ...event, message }, () => unconfirmed.delete(number));
}

/** `Plans @ann @bob` is a room for these and us alone. */
function askForRoomOf(text) {
  const [title, ...members] = text.split('@').map((part) => part.trim()).filter(Boolean);
  askForRoom(title, members);
}

function askForRoom(title, members) {
  if (!connection.online) {
    view.toast({ message: 'You are offline, rooms can be created when you are back.' });
    return;
  }
  wantedRoom = title.toLocaleLowerCase();
  connection.send('/pub/chat/rooms', { name: title, members });
}

// ---- session ---------------------------------------------------------------------------------

function up() {
  connection.subscribe('/user/queue/errors', (problem) => {
    wantedRoom = null;
    view.toast(problem ?? {});
  });
  connection.subscribe('/topic/chat/rooms', roomAppeared);
  connection.subscribe('/user/queue/rooms', roomAppeared);
  connection.subscribe('/user/queue/private', whispered);
  connection.subscribe('/topic/chat/people', peopleListed);
  connection.subscribe('/pub/chat/people', peopleListed);
  connection.subscribe('/pub/chat/rooms', roomsListed);
}

function peopleListed(names) {
  people = names ?? [];
  showPeople();
}

function keepRoom({ id, name: title, members = [] }) {
  rooms.set(id, { name: title, members });
}

function roomAppeared(found) {
  if (!found) return;
  keepRoom(found);
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
  const last = rooms.get(room);
  rooms.clear();
  for (const each of list ?? []) keepRoom(each);
  showRooms();
  if (entered !== null) return;
  if (last !== undefined && rooms.get(room)?.name !== last.name) {
    // A server that was started again has forgotten our room, or gave its number to another
    // one. The numbers mean nothing any more: we ask for the room by its name.
    moving = logs.get(room) ?? moving;
    logs.clear();
    askForRoom(last.name, last.members);
  } else if (room !== null) {
    enterRoom(room);
    showHeader();
  } else if (personInAddress() !== null) {
    room = list?.[0]?.id ?? 1;
    enterRoom(room);
    followAddress();
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
  connection = new Connection(address, name, { onState: view.showState, onUp: up, onDown: down, onRefused: view.toast });

  view.listen({
    onMessage(text) {
      if ((entered === null && person === null) || !connection.online) return; // it stays in the composer
      view.setDraft('');
      say('MESSAGE', text);
    },
    onRoom: askForRoomOf,
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
