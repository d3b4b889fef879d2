"""What is particular to RabbitMQ: one topic exchange, whose routing keys are names of queues.

On the default exchange whoever may write at all may write to every queue. On a topic exchange the
server holds each user to its own routing keys.
"""

import ssl
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

EXCHANGE: Final = "outscope"
SCHEMES: Final = ("amqp", "amqps")
CONFIRM_S: Final = 5.0
"""So long the server may take to say that it has a message."""
HEARTBEAT_S: Final = 4
"""A link is dead when nothing came over it for twice this long."""
OPTIONS: Final = MappingProxyType(
    {"confirm_publish": True, "read_timeout": 10, "write_timeout": 10, "connect_timeout": 5}
)
_REQUIREMENTS: Final = MappingProxyType(
    {"none": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}
)


def is_rabbitmq(url: str) -> bool:
    """Whether a broker's URL means a RabbitMQ server."""
    return urlsplit(url).scheme in SCHEMES


def exchange_of(url: str) -> str:
    """The exchange to publish to at this broker."""
    return EXCHANGE if is_rabbitmq(url) else ""


def vhost_of(url: str) -> str:
    """The virtual host that a URL means."""
    return unquote(urlsplit(url).path[1:]) or "/"


def without_options(url: str) -> str:
    """The URL as the client takes it, which is told of TLS apart."""
    return urlsplit(url)._replace(query="").geturl()


def tls_of(url: str) -> dict[str, Any] | None:
    """How to speak TLS, in the words of the client; None for a connection without."""
    parts = urlsplit(url)
    if parts.scheme != "amqps":
        return None
    told = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    wanted = told.get("ssl_cert_reqs", "required").removeprefix("CERT_").lower()
    checks_name = told.get("ssl_check_hostname", "true").lower() == "true"
    required = _REQUIREMENTS[wanted]
    found = {
        "cert_reqs": required,
        "ca_certs": told.get("ssl_ca_certs"),
        "certfile": told.get("ssl_certfile"),
        "keyfile": told.get("ssl_keyfile"),
        "server_hostname": parts.hostname if checks_name else None,
    }
    return {name: value for name, value in found.items() if value is not None}
