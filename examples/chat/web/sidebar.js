// The lists beside the conversation: rooms, and who is here.

import { $, make, paintAvatar } from './dom.js';

const [roomInput, roomList, roomHint, peopleList] = ['room-input', 'room-list', 'room-hint', 'people-list'].map($);

export function showRooms(rooms, currentId) {
  roomList.replaceChildren(...rooms.map((room) => {
    const item = make('li');
    const link = make('a', 'room');
    link.href = `#room=${room.id}`;
    link.dataset.roomId = room.id;
    const mark = make('span', 'mark', '#');
    mark.setAttribute('aria-hidden', 'true');
    link.append(mark, make('span', 'room-name', room.name));
    if (room.isClosed) link.append(lock());
    if (room.id === currentId) link.setAttribute('aria-current', 'page');
    item.append(link);
    return item;
  }));
  filterRooms();
}

/** The sign of a room that only its members may enter. */
function lock() {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('class', 'lock');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', 'for members');
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', 'M6 9V6.5a4 4 0 0 1 8 0V9M4.5 9h11v8h-11z');
  svg.append(path);
  return svg;
}

/** Everybody who is here, each a way to talk to this person alone. */
export function showPeople(people, currentName) {
  peopleList.replaceChildren(...people.map(({ name, isMe, isUnread }) => {
    const item = make('li');
    const link = make(isMe ? 'span' : 'a', 'room person');
    if (!isMe) link.href = `#to=${encodeURIComponent(name)}`;
    if (isUnread) link.dataset.unread = '';
    const avatar = make('span', 'avatar');
    avatar.setAttribute('aria-hidden', 'true');
    paintAvatar(avatar, name);
    link.append(avatar, make('span', 'room-name', isMe ? `${name} (you)` : name));
    if (name === currentName) link.setAttribute('aria-current', 'page');
    item.append(link);
    return item;
  }));
}

/** The field that creates rooms narrows the list while one types. */
export function filterRooms() {
  const wanted = roomInput.value.split('@')[0].trim().toLocaleLowerCase();
  let shown = 0;
  for (const item of roomList.children) {
    item.hidden = !item.querySelector('.room-name').textContent.toLocaleLowerCase().includes(wanted);
    shown += item.hidden ? 0 : 1;
  }
  roomHint.hidden = wanted === '' || shown > 0;
}

export function clearRoomInput() {
  roomInput.value = '';
  filterRooms();
}
