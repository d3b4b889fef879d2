"""Whether a worker goes by the broker or by HTTPS: as it is told, else by what it reaches."""

import logging
import socket
import ssl
import time
from typing import Final
from urllib.parse import parse_qs, urlsplit

from worker.contract.clock import monotonic_s
from worker.contract.settings.rabbitmq import is_rabbitmq
from worker.flags import SettingsError, called
from worker.joining.key import BROKER, HTTPS
from worker.messaging.away import BrokerAwayError, KeyRefusedError
from worker.relaying.access import RelayAccess
from worker.settings import WorkerSettings

PATIENCE_S: Final = 2.0
"""For a connection, and for an answer: what lets connections through and nothing more is no way."""
PAUSE_S: Final = 2.0
TELL_AGAIN_S: Final = 60.0
_PLAIN: Final = ("redis", "rediss")
_PORT: Final = 6379

log = logging.getLogger(f"outscope.{__name__}")


def chosen(settings: WorkerSettings) -> RelayAccess | None:
    """How to come in at the relay; None to go by the broker. Where either may do, this tries both
    until one answers. SettingsError when it is told to go by HTTPS and cannot.
    """
    if is_rabbitmq(settings.broker) and not settings.reach.joined:
        raise SettingsError(
            "on RabbitMQ each worker joins, for a key of its own; have the line printed that lets"
            f" this one join: outscope worker invite --region {settings.region}"
        )
    way, relay = settings.reach.way, settings.reach.relay
    if relay is None:
        if way == HTTPS:
            raise SettingsError(
                f"{called('via')} is https, which is for workers that joined where a relay runs;"
                " join again (outscope worker invite), or leave it out"
            )
        return None
    if way == BROKER and settings.broker:
        return None
    if way == HTTPS or not settings.broker:
        return relay
    return _reached(settings.broker, relay)


def _reached(broker: str, relay: RelayAccess) -> RelayAccess | None:
    told_s = float("-inf")
    while True:
        why = _no_broker(broker)
        if not why:
            return None
        other = _no_relay(relay)
        if not other:
            log.info("via_https the broker is not reached: %s", why)
            return relay
        if monotonic_s() - told_s >= TELL_AGAIN_S:
            told_s = monotonic_s()
            log.warning("nothing_reached broker: %s; relay: %s", why, other)
        time.sleep(PAUSE_S)


def _no_broker(url: str) -> str:
    """Why the broker cannot be used from here; empty when it answers, be it with a refusal."""
    parts = urlsplit(url)
    if parts.scheme not in _PLAIN:
        from worker.messaging.publisher import trouble_at  # late: it loads the broker's client

        return trouble_at(url)
    host, port = parts.hostname or "", parts.port or _PORT
    try:
        with socket.create_connection((host, port), PATIENCE_S) as plain:
            link = plain if parts.scheme == "redis" else _secured(plain, host, parts.query)
            link.settimeout(PATIENCE_S)
            link.sendall(b"PING\r\n")
            answer = link.recv(1)
    except OSError as error:  # ssl.SSLError is one
        return f"{host}:{port}: {error.strerror or error}"
    return "" if answer in (b"+", b"-") else f"{host}:{port}: it does not answer as a broker does"


def _secured(plain: socket.socket, host: str, query: str) -> socket.socket:
    authority = parse_qs(query).get("ssl_ca_certs", [None])[-1]
    context = ssl.create_default_context(cafile=authority)
    return context.wrap_socket(plain, server_hostname=host)


def _no_relay(access: RelayAccess) -> str:
    """Why the relay cannot be used from here; empty when it answers, be it with a refusal."""
    from worker.relaying.link import Link
    from worker.relaying.publisher import RelayPublisher

    link = Link(access, "choosing")
    try:
        RelayPublisher(link).send_all("", "", ())
    except KeyRefusedError:
        return ""
    except BrokerAwayError as error:
        return str(error)
    finally:
        link.close()
    return ""
