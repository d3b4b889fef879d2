"""Publishing to the broker: one connection, opened when needed and thrown away at the first
fault.
"""

import logging
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

from kombu import Connection, Producer
from kombu.exceptions import OperationalError

from worker.contract.broker import connection_of, verified
from worker.contract.settings.rabbitmq import CONFIRM_S, exchange_of
from worker.messaging.away import BrokerAwayError
from worker.messaging.refusal import advice

CONNECT_TIMEOUT_S: Final = 5.0
_ESCAPED: Final = (b'"', b"\\")
_THIRD: Final = 3
"""Base64 makes a body longer by a third of it."""

log = logging.getLogger(f"outscope.{__name__}")


class Publisher:
    """Sends Celery messages whose only argument is JSON that was made before. Belongs to one
    thread.
    """

    at_once = 1
    linger_s = 0.0

    def __init__(self, url: str, origin: str) -> None:
        self._url = verified(url)
        self._opened_url = ""
        self._exchange = ""
        self._origin = origin
        self._connection: Connection | None = None
        self._producer: Producer | None = None
        self.seen_as: str | None = None
        """What the broker called this client when it connected; None when it does not tell."""

    def use(self, url: str) -> None:
        """Go by another URL from the next message on. From any thread."""
        self._url = verified(url)

    def send_all(self, queue: str, task: str, arguments: Sequence[bytes]) -> None:
        """Put messages on a queue, one after the other; BrokerAwayError as below."""
        for argument in arguments:
            self.send(queue, task, argument)

    def send(self, queue: str, task: str, argument: bytes) -> None:
        """Put a message on a queue; BrokerAwayError when the broker does not take it within its
        timeouts.
        """
        try:
            if self._opened_url != self._url:
                self.close()
            producer = self._producer or self._open()
            self._publish(producer, queue, task, argument)
        # the transport has many: its own, the client's, the socket's; all mean the same here
        except Exception as error:
            self.close()
            raise BrokerAwayError(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Let go of the connection; the next `send` opens another."""
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            with suppress(OSError, OperationalError):
                connection.close()

    def _open(self) -> Producer:
        self._opened_url = self._url
        self._exchange = exchange_of(self._opened_url)
        self._connection = _connection(self._opened_url)
        self._connection.ensure_connection(max_retries=0)
        channel = self._connection.channel()
        if hasattr(channel, "encode_body"):  # of Redis, which keeps messages as JSON
            channel.encode_body = _shortest
        self._producer = Producer(channel, auto_declare=False)
        self.seen_as = _peer(self._producer.channel)
        return self._producer

    def _publish(self, producer: Producer, queue: str, task: str, argument: bytes) -> None:
        """A message of Celery's protocol 2, with no headers but those that are needed: most reports
        are short. The exchange takes it straight to the queue of that name.
        """
        producer.publish(
            b"[[" + argument + b"],{},{}]",
            exchange=self._exchange,
            routing_key=queue,
            confirm_timeout=CONFIRM_S,
            content_type="application/json",
            content_encoding="utf-8",
            headers={"lang": "py", "task": task, "id": uuid4().hex, "origin": self._origin},
        )


def _shortest(body: bytes, _encoding: str | None = None) -> tuple[str, str | None]:
    """A body as it stands in the JSON of its message: as text, or in base64 where that is shorter,
    or might be. And the name of what it is in.
    """
    if body.isascii() and sum(map(body.count, _ESCAPED)) <= len(body) // _THIRD:
        return body.decode("ascii"), None
    return b64encode(body).decode("ascii"), "base64"


def trouble_with(url: str) -> str:
    """What is wrong with a way to the broker, without its secrets; empty when it works."""
    error = _fault(url)
    return "" if error is None else f"the broker cannot be used by it: {error}"


def trouble_at(url: str) -> str:
    """Why nobody answers there; empty when the broker does, be it by a refusal."""
    error = _fault(url)
    return "" if error is None or advice(error) else str(error)


def _fault(url: str) -> Exception | None:
    try:
        with _connection(verified(url)) as connection:
            connection.ensure_connection(max_retries=0)
    except Exception as error:  # as above, the transport has many
        return error
    return None


def _connection(url: str) -> Connection:
    return Connection(**connection_of(url), connect_timeout=CONNECT_TIMEOUT_S)


def _peer(channel: Any) -> str | None:
    """What a Redis or Valkey calls this client; None where it may not be asked, or is another."""
    with suppress(Exception):  # worth knowing, and nothing depends on it
        return str(channel.client.client_info()["addr"])
    return None
