// Signs in, connects with the token, and shows a new one before the old one expires.

import { Client } from '@stomp/stompjs';

const $ = (id) => document.getElementById(id);
const bearer = (token) => ({ Authorization: `Bearer ${token}` });

let tokens = null; // { accessToken, refreshToken, expiresIn }, as the server gave them
let goodUntil = 0;

const client = new Client({
  brokerURL: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
  reconnectDelay: 500,
  // A connection that comes back needs a token that is still good.
  beforeConnect: async () => {
    if (Date.now() >= goodUntil && !(await refresh())) signedOut('Your sign-in has expired.');
    client.connectHeaders = bearer(tokens?.accessToken ?? '');
  },
  onConnect: connected,
  onStompError: ({ headers }) => {
    note(`the server ended the session: ${headers['error-code']}`);
    if (['session-expired', 'auth-failed'].includes(headers['error-code'])) signedOut('Please sign in again.');
  },
});

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.ok ? response.json() : null;
}

function keep(pair) {
  tokens = pair;
  if (pair) goodUntil = Date.now() + pair.expiresIn * 1000;
  return pair !== null;
}

/** A refresh token is good once: with the new access token comes the next of these. */
async function refresh() {
  return keep(await post('/refresh', { refreshToken: tokens?.refreshToken ?? '' }));
}

function connected({ headers }) {
  $('login').hidden = true;
  $('session').hidden = false;
  $('me').textContent = headers['user-name'];
  $('id').textContent = headers.session;
  note('connected');
  client.subscribe('/user/queue/credentials', ({ body }) => credentials(JSON.parse(body)));
  client.subscribe('/user/queue/errors', ({ body }) => note(`refused: ${JSON.parse(body).code}`));
  client.subscribe('/user/queue/me', ({ body }) => {
    const { roles } = JSON.parse(body);
    $('roles').textContent = roles.join(', ');
  });
  client.publish({ destination: '/app/whoami' });
}

async function credentials({ event, expiresIn }) {
  note(`${event}: ${Math.round(expiresIn / 1000)} s`);
  if (event !== 'expiring' || !$('renew').checked) return;
  if (await refresh()) client.publish({ destination: '/user/credentials', headers: bearer(tokens.accessToken) });
}

function note(text) {
  const line = document.createElement('li');
  line.textContent = text;
  $('log').append(line);
  while ($('log').childElementCount > 50) $('log').firstElementChild.remove();
}

function signedOut(why) {
  keep(null);
  client.deactivate();
  $('problem').textContent = why;
  $('session').hidden = true;
  $('login').hidden = false;
}

$('login').addEventListener('submit', async (event) => {
  event.preventDefault();
  $('problem').textContent = '';
  if (!keep(await post('/login', { name: $('name').value, password: $('password').value }))) {
    $('problem').textContent = 'This name and password do not belong together.';
    return;
  }
  $('password').value = '';
  $('log').replaceChildren();
  client.activate();
});
$('audit').addEventListener('click', () => {
  client.subscribe('/topic/admin/audit', ({ body }) => note(`audit: ${body}`), { receipt: 'audit' });
  client.watchForReceipt('audit', () => note('listening to the audit'));
});
$('sign-out').addEventListener('click', () => signedOut(''));

setInterval(() => {
  if (!tokens) return;
  $('left').textContent = Math.max(0, Math.round((goodUntil - Date.now()) / 1000));
  $('meter').max = tokens.expiresIn;
  $('meter').value = (goodUntil - Date.now()) / 1000;
}, 200);
