// What every client is put to, whichever library it is of. Runs in Node and in browsers.
//
// A check gets a function that connects, and the client's description.

import { within } from '../inbox.js';

const LARGE = 200_000;
const HEART_BEAT = 1000;
/** At a beat a second, this many take longer than the five seconds that everybody is to last. */
const BEATS = 5;
const everywhere = 'Grüße, 안녕하세요, “quotes”, \\n, line\nbreak, a:b, tab\t';

let last = 0;
const run = Math.random().toString(36).slice(2);
/** A destination that nobody else uses. */
const fresh = (kind) => `/${kind}/checks/${run}-${++last}`;

function equal(actual, expected, what) {
  const [is, wanted] = [actual, expected].map((value) => JSON.stringify(value) ?? 'undefined');
  if (is !== wanted) throw new Error(`${what}: it is ${is.slice(0, 300)}, not ${wanted.slice(0, 300)}`);
}

async function refused(promise, code, what) {
  const outcome = await promise.then(() => 'accepted', (error) => error.message);
  equal(outcome, code, what);
}

/** Looks at `condition` again and again until it holds. */
async function until(condition, what, limit = 15_000) {
  let waiting = true;
  const holds = async () => {
    while (waiting && !condition()) await new Promise((next) => { setTimeout(next, 20); });
  };
  await within(holds(), what, limit).finally(() => { waiting = false; });
}

async function bodies(inbox, count) {
  const all = [];
  while (all.length < count) all.push((await inbox.take()).body);
  return all;
}

/** Puts these into a queue, or to a topic. */
async function send(client, destination, ...texts) {
  for (const text of texts) await client.send(destination, text);
}

async function echo(client, body, headers) {
  const to = fresh('topic');
  const inbox = await client.subscribe(to);
  await client.send(to, body, headers);
  const message = await inbox.take();
  equal(message.headers.destination, to, 'the destination');
  return message;
}

/** What a queue holds for whoever comes next, found by sending an end behind it. */
async function rest(connect, queue) {
  const next = await connect();
  await send(next, queue, 'end');
  const inbox = await next.subscribe(queue);
  const all = [];
  while (all.at(-1) !== 'end') all.push(...await bodies(inbox, 1));
  return all.slice(0, -1);
}

/** Takes three messages of a queue in this mode, does something with them, and leaves. */
async function three(connect, ack, settle) {
  const queue = fresh('queue');
  const client = await connect();
  await send(client, queue, '1', '2', '3');
  const inbox = await client.subscribe(queue, { ack });
  const messages = [await inbox.take(), await inbox.take(), await inbox.take()];
  equal(messages.map(({ body }) => body), ['1', '2', '3'], 'what arrived');
  await settle(messages, client, inbox);
  await client.leave();
  return rest(connect, queue);
}

const checks = {
  async 'connects, with the version that it speaks best'(connect, { version }) {
    const client = await connect();
    const connected = await client.connected;
    equal(connected.version ?? '1.0', version, 'the version');
    equal(typeof connected.session, 'string', 'the session');
  },

  async 'text, to everybody who is subscribed'(connect) {
    const [one, other] = [await connect(), await connect()];
    const to = fresh('topic');
    const inboxes = [await one.subscribe(to), await other.subscribe(to)];
    await one.send(to, everywhere, { 'content-type': 'text/plain' });
    for (const inbox of inboxes) {
      const message = await inbox.take();
      equal(message.body, everywhere, 'the body');
      equal(message.headers['content-type'], 'text/plain', 'content-type');
    }
  },

  async 'JSON'(connect) {
    const value = { list: [1, 2.5, null], text: everywhere };
    const type = 'application/json';
    const message = await echo(await connect(), JSON.stringify(value), { 'content-type': type });
    equal(JSON.parse(message.body), value, 'the body');
    equal(message.headers['content-type'], type, 'content-type');
  },

  async 'a body that is empty'(connect) {
    equal((await echo(await connect(), '')).body, '', 'the body');
  },

  async 'binary, with NULs'(connect, { binary }) {
    if (!binary) return 'it has no binary bodies';
    const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
    const type = 'application/octet-stream';
    const message = await echo(await connect(), bytes, { 'content-type': type });
    equal([...message.bytes], [...bytes], 'the body');
  },

  async '200 kB'(connect, { binary, large }) {
    if (!large) return 'it cannot put pieces together';
    const client = await connect();
    const text = everywhere.repeat(LARGE / everywhere.length + 1).slice(0, LARGE);
    equal((await echo(client, text)).body, text, 'the text');
    if (!binary) return;
    const bytes = Uint8Array.from({ length: LARGE }, (_, index) => (index * 7) % 256);
    equal([...(await echo(client, bytes)).bytes], [...bytes], 'the bytes');
  },

  async 'headers of other brokers are passed on or passed over'(connect) {
    const client = await connect();
    const to = fresh('queue');
    const inbox = await client.subscribe(to, {
      durable: 'true', 'auto-delete': 'false', exclusive: 'false', 'prefetch-count': '10',
      'x-queue-name': 'mine', 'activemq.prefetchSize': '1', 'activemq.subscriptionName': 'mine',
    });
    const told = { persistent: 'true', priority: '4', expires: '0', 'correlation-id': '7', 'JMSType': 'x' };
    await client.send(to, 'x', told);
    const { headers } = await inbox.take();
    const passed = Object.keys(told).map((name) => [name, headers[name]]);
    equal(Object.fromEntries(passed), told, 'the headers');
  },

  async 'ack auto'(connect) {
    equal(await three(connect, 'auto', () => {}), [], 'what is left');
  },

  async 'ack client: one for all before it'(connect) {
    equal(await three(connect, 'client', ([, second]) => second.ack()), ['3'], 'what is left');
  },

  async 'ack client-individual: one for itself'(connect, { version }) {
    if (version === '1.0') return 'its version has none';
    const left = await three(connect, 'client-individual', ([, second]) => second.ack());
    equal(left, ['1', '3'], 'what is left');
  },

  async 'NACK: it comes again'(connect, { version }) {
    if (version === '1.0') return 'its version has none';
    const left = await three(connect, 'client-individual', async ([first, second, third], _, inbox) => {
      first.ack();
      third.ack();
      second.nack();
      const again = await inbox.take();
      equal([again.body, again.headers.redelivered], ['2', 'true'], 'what comes again');
      again.ack();
    });
    equal(left, [], 'what is left');
  },

  async 'transactions: commit and abort'(connect) {
    const client = await connect();
    const to = fresh('topic');
    const inbox = await client.subscribe(to);
    const [kept, given] = [client.begin(), client.begin()];
    for (const text of ['a', 'b']) await client.send(to, text, { transaction: kept.id });
    await client.send(to, 'never', { transaction: given.id });
    await send(client, to, 'before');
    kept.commit();
    given.abort();
    await send(client, to, 'after');
    equal(await bodies(inbox, 4), ['before', 'a', 'b', 'after'], 'what arrived');
  },

  async 'transactions: acknowledgements'(connect) {
    const left = await three(connect, 'client', ([first, second], client) => {
      const [kept, given] = [client.begin(), client.begin()];
      first.ack({ transaction: kept.id });
      second.ack({ transaction: given.id });
      kept.commit();
      given.abort();
    });
    equal(left, ['2', '3'], 'what is left');
  },

  async 'answers come to a temporary queue'(connect) {
    const [asking, answering] = [await connect(), await connect()];
    const [questions, queue] = [fresh('queue'), '/temp-queue/answers'];
    const asked = await answering.subscribe(questions);
    const answers = await asking.subscribe(queue);
    await asking.send(questions, '6 x 7', { 'reply-to': queue, 'correlation-id': '1' });
    const { headers, body } = await asked.take('the question');
    await answering.send(headers['reply-to'], `${body} = 42`, { 'correlation-id': headers['correlation-id'] });
    const answer = await answers.take('the answer');
    equal([answer.body, answer.headers['correlation-id']], ['6 x 7 = 42', '1'], 'the answer');
  },

  async 'heart-beats, a second both ways'(connect, { version }) {
    if (version === '1.0') return 'its version has none';
    const client = await connect({ heartBeat: HEART_BEAT });
    equal((await client.connected)['heart-beat'], '1000,1000', 'what the broker offers');
    const { beats } = client;
    await until(() => Math.min(beats.sent, beats.received) >= BEATS, 'the beats');
    equal((await echo(client, 'still here')).body, 'still here', 'the body');
  },

  async 'a protocol fault ends it with ERROR'(connect) {
    const client = await connect();
    client.listen(fresh('topic'), () => {}, { ack: 'sometimes' });
    equal((await client.errors.take('ERROR'))['error-code'], 'bad-ack-mode', 'the code');
    await within(client.closed, 'the end');
  },

  async 'login and passcode'(connect) {
    const right = await connect({ where: 'locked', login: 'guest', passcode: 'guest' });
    equal((await right.connected)['user-name'], 'guest', 'the user');
    const wrong = connect({ where: 'locked', login: 'guest', passcode: 'wrong' });
    await refused(wrong, 'auth-failed', 'a wrong passcode');
    await refused(connect({ where: 'locked' }), 'auth-failed', 'neither');
  },

  async 'DISCONNECT is confirmed'(connect) {
    const client = await connect();
    const confirmed = await client.leave();
    equal(typeof confirmed, 'string', 'the receipt');
  },
};

export const names = Object.keys(checks);

/** Runs one check with a client; gives why it has nothing to check, if so. `urls`: of the brokers. */
export async function check(name, client, urls) {
  const sessions = [];
  const connect = async ({ where = 'open', ...options } = {}) => {
    const url = urls[where][client.tcp ? 'tcp' : 'ws'];
    const session = client.open({ url, host: 'any.example', ...options });
    sessions.push(session);
    await within(session.connected, 'CONNECTED');
    return session;
  };
  try {
    return await checks[name](connect, client);
  } finally {
    await Promise.allSettled(sessions.map((session) => session.drop()));
  }
}
