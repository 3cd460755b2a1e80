"""stomp.py on the broker example, over TCP in every version of STOMP and over WebSocket.

tests/clients/run starts the brokers and says in the environment where they are.
"""

import json
import os
import queue
import threading
import unittest
import uuid
from urllib.parse import urlsplit

import stomp
from stomp.exception import ConnectFailedException

LIMIT = 10  # seconds until a test gives up
LARGE = 200_000
HEART_BEAT = 1000  # milliseconds
BEATS = 5  # which take longer than the five seconds that a session is to last
TEXT = "Grüße, 안녕하세요, 🦀, \\n, line\nbreak, a:b, tab\t"
BYTES = bytes(range(256)) * 2


class Listener(stomp.ConnectionListener):
    """Keeps what comes until somebody asks for it."""

    def __init__(self):
        self.messages, self.errors, self.receipts = queue.Queue(), queue.Queue(), queue.Queue()
        self.beats = {"sent": 0, "received": 0}
        self.enough = threading.Event()
        self.disconnected = threading.Event()
        self.connecting = queue.Queue()

    def on_connected(self, frame):
        self.connecting.put(frame.headers)

    def on_message(self, frame):
        self.messages.put(frame)

    def on_error(self, frame):
        self.errors.put(frame)

    def on_receipt(self, frame):
        self.receipts.put(frame.headers["receipt-id"])

    def on_disconnected(self):
        self.disconnected.set()

    def on_send(self, frame):
        if frame.cmd is None:
            self.beat("sent")

    def on_heartbeat(self):
        self.beat("received")

    def beat(self, way):
        self.beats[way] += 1
        if min(self.beats.values()) >= BEATS:
            self.enough.set()


class Client:
    """A connection of stomp.py, with answers that can be waited for."""

    def __init__(self, make, url, login=None, passcode=None, **options):
        self.listener = Listener()
        where = urlsplit(url)
        if make is stomp.WSStompConnection:
            options["ws_path"] = where.path
        self.connection = make([(where.hostname, where.port)], reconnect_attempts_max=1, **options)
        self.connection.set_listener("test", self.listener)
        self.connection.connect(login, passcode, wait=True)
        self.connected = self.listener.connecting.get(timeout=LIMIT)

    def confirmed(self, verb, *arguments, **options):
        """Does something, and waits until the broker has confirmed it."""
        receipt = str(uuid.uuid4())
        verb(*arguments, headers={**options.pop("headers", {}), "receipt": receipt}, **options)
        received = self.listener.receipts.get(timeout=LIMIT)
        assert received == receipt, f"the receipt of {receipt}, not of {received}"

    def send(self, destination, body, **options):
        self.confirmed(self.connection.send, destination, body, **options)

    def subscribe(self, destination, ack="auto", **options):
        self.confirmed(self.connection.subscribe, destination, id="0", ack=ack, **options)

    def take(self):
        return self.listener.messages.get(timeout=LIMIT)

    def bodies(self, count):
        return [self.take().body for _ in range(count)]

    def settle(self, verb, message, **options):
        """ACK or NACK, as the version names what it is about."""
        headers, version = message.headers, self.connection.version
        names = {
            "1.0": [headers["message-id"]],
            "1.1": [headers["message-id"], headers.get("subscription")],
            "1.2": [headers.get("ack")],
        }
        getattr(self.connection, verb)(*names[version], **options)

    def leave(self):
        """Says DISCONNECT, and waits for its receipt."""
        self.connection.disconnect(receipt="bye")
        received = self.listener.receipts.get(timeout=LIMIT)
        assert received == "bye", received


class Checks:
    """What a connection of each kind is put to."""

    make = None
    version = None
    transport = "TCP"
    raw = {"auto_decode": False}  # for bodies that are no text

    def client(self, broker="OPEN", **options):
        client = Client(self.make, os.environ[f"{broker}_{self.transport}"], **options)
        self.addCleanup(client.connection.disconnect)
        return client

    def fresh(self, kind):
        return f"/{kind}/python/{uuid.uuid4()}"

    def echo(self, client, body, **options):
        to = self.fresh("topic")
        client.subscribe(to)
        client.send(to, body, **options)
        return client.take()

    def rest(self, to):
        """What a queue holds for whoever comes next, found by sending an end behind it."""
        client = self.client()
        client.send(to, "end")
        client.subscribe(to)
        found = []
        while not found or found[-1] != "end":
            found += client.bodies(1)
        return found[:-1]

    def three(self, ack, settle):
        """Takes three messages of a queue, does something with them, and leaves."""
        to, client = self.fresh("queue"), self.client()
        for text in "123":
            client.send(to, text)
        client.subscribe(to, ack)
        messages = [client.take() for _ in range(3)]
        self.assertEqual([message.body for message in messages], ["1", "2", "3"])
        settle(client, messages)
        client.leave()
        return self.rest(to)

    def test_connects(self):
        connected = self.client().connected
        self.assertEqual(connected.get("version", "1.0"), self.version)
        self.assertTrue(connected["session"])

    def test_text(self):
        client = self.client()
        for body in [TEXT, "", "x"]:
            message = self.echo(client, body, content_type="text/plain")
            self.assertEqual(message.body, body)
            self.assertEqual(message.headers["content-type"], "text/plain")
            client.confirmed(client.connection.unsubscribe, id="0")

    def test_json(self):
        value = {"list": [1, 2.5, None], "text": TEXT}
        message = self.echo(self.client(), json.dumps(value), content_type="application/json")
        self.assertEqual(json.loads(message.body), value)
        self.assertEqual(message.headers["content-type"], "application/json")

    def test_binary_with_nuls(self):
        client = self.client(**self.raw)
        message = self.echo(client, BYTES, content_type="application/octet-stream")
        self.assertEqual(message.body, BYTES)

    def test_200_kb(self):
        client = self.client(**self.raw)
        body = BYTES * (LARGE // len(BYTES) + 1)
        self.assertEqual(self.echo(client, body).body, body)

    def test_headers_of_other_brokers(self):
        client, to = self.client(), self.fresh("queue")
        client.subscribe(to, headers={
            "durable": "true", "auto-delete": "false", "prefetch-count": "10",
            "activemq.prefetchSize": "1", "activemq.subscriptionName": "mine",
        })
        told = {"persistent": "true", "priority": "4", "expires": "0", "odd": "a:b"}
        client.send(to, "x", headers=told)
        headers = client.take().headers
        self.assertEqual({name: headers.get(name) for name in told}, told)

    def test_ack_auto(self):
        self.assertEqual(self.three("auto", lambda client, messages: None), [])

    def test_ack_client(self):
        settle = lambda client, messages: client.settle("ack", messages[1])
        self.assertEqual(self.three("client", settle), ["3"])

    def test_ack_client_individual(self):
        if self.version == "1.0":
            self.skipTest("STOMP 1.0 does not have it")
        settle = lambda client, messages: client.settle("ack", messages[1])
        self.assertEqual(self.three("client-individual", settle), ["1", "3"])

    def test_nack(self):
        if self.version == "1.0":
            self.skipTest("STOMP 1.0 has no NACK")

        def settle(client, messages):
            client.settle("ack", messages[0])
            client.settle("ack", messages[2])
            client.settle("nack", messages[1])
            again = client.take()
            self.assertEqual((again.body, again.headers["redelivered"]), ("2", "true"))
            client.settle("ack", again)

        self.assertEqual(self.three("client-individual", settle), [])

    def test_transactions(self):
        client, to = self.client(), self.fresh("topic")
        client.subscribe(to)
        kept, given = client.connection.begin(), client.connection.begin()
        for text in "ab":
            client.send(to, text, headers={"transaction": kept})
        client.send(to, "never", headers={"transaction": given})
        client.send(to, "before")
        client.connection.commit(kept)
        client.connection.abort(given)
        client.send(to, "after")
        self.assertEqual(client.bodies(4), ["before", "a", "b", "after"])

    def test_transactions_of_acknowledgements(self):
        def settle(client, messages):
            kept, given = client.connection.begin(), client.connection.begin()
            client.settle("ack", messages[0], transaction=kept)
            client.settle("ack", messages[1], transaction=given)
            client.connection.commit(kept)
            client.connection.abort(given)

        self.assertEqual(self.three("client", settle), ["2", "3"])

    def test_answers_to_a_temporary_queue(self):
        asking, answering, questions = self.client(), self.client(), self.fresh("queue")
        asking.subscribe("/temp-queue/answers")
        answering.subscribe(questions)
        asking.send(questions, "6 x 7", headers={"reply-to": "/temp-queue/answers"})
        question = answering.take()
        answering.send(question.headers["reply-to"], f"{question.body} = 42")
        self.assertEqual(asking.take().body, "6 x 7 = 42")

    def test_heart_beats(self):
        if self.version == "1.0":
            self.skipTest("STOMP 1.0 has no heart-beats")
        client = self.client(heartbeats=(HEART_BEAT, HEART_BEAT))
        self.assertEqual(client.connected["heart-beat"], "1000,1000")
        self.assertTrue(client.listener.enough.wait(2 * LIMIT), client.listener.beats)
        self.assertEqual(self.echo(client, "still here").body, "still here")

    def test_protocol_fault(self):
        client = self.client()
        client.connection.subscribe(self.fresh("topic"), id="0", ack="sometimes")
        error = client.listener.errors.get(timeout=LIMIT)
        self.assertEqual(error.headers["error-code"], "bad-ack-mode")
        self.assertTrue(client.listener.disconnected.wait(LIMIT))

    def test_login(self):
        right = self.client("LOCKED", login="guest", passcode="guest")
        self.assertEqual(right.connected["user-name"], "guest")
        for credentials in [{"login": "guest", "passcode": "wrong"}, {}]:
            with self.assertRaises(ConnectFailedException):
                self.client("LOCKED", **credentials)

    def test_disconnect_is_confirmed(self):
        client = self.client()
        client.leave()
        self.assertTrue(client.listener.disconnected.wait(LIMIT))


class Stomp10OverTcp(Checks, unittest.TestCase):
    make, version = stomp.StompConnection10, "1.0"


class Stomp11OverTcp(Checks, unittest.TestCase):
    make, version = stomp.StompConnection11, "1.1"


class Stomp12OverTcp(Checks, unittest.TestCase):
    make, version = stomp.StompConnection12, "1.2"


class Stomp12OverWebSocket(Checks, unittest.TestCase):
    make, version, transport = stomp.WSStompConnection, "1.2", "WS"
    raw = {"auto_decode": False, "binary_mode": True}


if __name__ == "__main__":
    unittest.main(verbosity=2)
