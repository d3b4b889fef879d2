"""Publishing to the broker: one connection, opened when needed and thrown away at the first
fault.
"""

import logging
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

from kombu import Connection, Producer
from kombu.exceptions import OperationalError

from worker.contract.broker import transport_options, verified

CONNECT_TIMEOUT_S: Final = 5.0
_EMBED: Final = b'{"callbacks":null,"errbacks":null,"chain":null,"chord":null}'

log = logging.getLogger(f"outscope.{__name__}")


class BrokerAwayError(OSError):
    """The broker did not take a message; whether it arrived is not known."""


class Publisher:
    """Sends Celery messages whose only argument is JSON that was made before. Belongs to one
    thread.
    """

    def __init__(self, url: str, origin: str) -> None:
        self._url = verified(url)
        self._opened_url = ""
        self._origin = origin
        self._connection: Connection | None = None
        self._producer: Producer | None = None
        self.seen_as: str | None = None
        """What the broker called this client when it connected; None when it does not tell."""

    def use(self, url: str) -> None:
        """Go by another URL from the next message on. From any thread."""
        self._url = verified(url)

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
        self._connection = Connection(
            self._opened_url,
            transport_options=transport_options(),
            connect_timeout=CONNECT_TIMEOUT_S,
        )
        self._connection.ensure_connection(max_retries=0)
        self._producer = Producer(self._connection.channel(), auto_declare=False)
        self.seen_as = _peer(self._producer.channel)
        return self._producer

    def _publish(self, producer: Producer, queue: str, task: str, argument: bytes) -> None:
        """A message of Celery's protocol 2. The default exchange takes it straight to the queue of
        that name.
        """
        message_id = uuid4().hex
        producer.publish(
            b"[[" + argument + b"],{}," + _EMBED + b"]",
            exchange="",
            routing_key=queue,
            content_type="application/json",
            content_encoding="utf-8",
            correlation_id=message_id,
            headers={
                "lang": "py",
                "task": task,
                "id": message_id,
                "root_id": message_id,
                "parent_id": None,
                "group": None,
                "argsrepr": "",
                "kwargsrepr": "",
                "origin": self._origin,
                "retries": 0,
                "eta": None,
                "expires": None,
                "timelimit": [None, None],
                "ignore_result": True,
            },
        )


def trouble_with(url: str) -> str:
    """What is wrong with a way to the broker, without its secrets; empty when it works."""
    try:
        with _connection(verified(url)) as connection:
            connection.ensure_connection(max_retries=0)
    except Exception as error:  # as above, the transport has many
        return f"the broker cannot be used by it: {error}"
    return ""


def _connection(url: str) -> Connection:
    return Connection(url, transport_options=transport_options(), connect_timeout=CONNECT_TIMEOUT_S)


def _peer(channel: Any) -> str | None:
    """What a Redis or Valkey calls this client; None where it may not be asked, or is another."""
    with suppress(Exception):  # worth knowing, and nothing depends on it
        return str(channel.client.client_info()["addr"])
    return None
