"""The broker settings that every process uses, and the one check of the broker's URL.

The defaults lose a half-open link for minutes. Measured with Celery 5.7 on Redis: without
`socket_timeout` and a short `health_check_interval`, a consumer whose link went silently dead did
not consume again within 110 s; with them it does within about ten. Acknowledgement emulation is
off: it doubles the round trips a message and needs keys that all regions share. Nothing is lost by
that, because a worker keeps each report until the coordinator's receipt.
"""

import re
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from worker.contract.reloading.sentinel import PORT as SENTINEL_PORT
from worker.contract.reloading.sentinel import SCHEMES as WATCHED
from worker.contract.reloading.sentinel import is_watched, name_of, plain
from worker.contract.settings.address import AddressError, address, hosts_of
from worker.contract.settings.rabbitmq import OPTIONS, is_rabbitmq, tls_of, without_options

CONNECTION: Final = MappingProxyType(
    {
        "ack_emulation": False,
        "socket_timeout": 5,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 5,
        "retry_on_timeout": True,
        "priority_steps": [0],
    }
)

SCHEMES: Final = ("redis", "rediss", "amqp", "amqps")
_WITH_TLS: Final = ("rediss", "amqps")
_VHOST: Final = "[A-Za-z0-9._-]{0,64}"
_REQUIREMENTS: Final = ("required", "optional", "none")


def transport_options(url: str = "") -> dict[str, Any]:
    """A fresh copy of the transport options for a Celery app or a kombu connection."""
    return dict(OPTIONS if is_rabbitmq(url) else CONNECTION)


def connection_of(url: str) -> dict[str, Any]:
    """What a kombu connection is told of a URL."""
    told = verified(url)
    if not is_rabbitmq(told):
        return {"hostname": told, "transport_options": transport_options()}
    options = transport_options(told)
    return {
        "hostname": without_options(told),
        "ssl": tls_of(told) or False,
        "transport_options": options,
    }


def celery_of(url: str) -> dict[str, Any]:
    """What a Celery app is told of a URL."""
    told = connection_of(url)
    return {
        "broker_url": told["hostname"],
        "broker_use_ssl": told.get("ssl"),
        "broker_transport_options": told["transport_options"],
    }


def verified(url: str) -> str:
    """The broker's URL, with the server's certificate checked over TLS unless the URL itself
    decides that.

    Celery's own default for `rediss://` is not to check. A private authority is named in the URL:
    `rediss://host:6379/0?ssl_ca_certs=/path/ca.pem`.
    """
    parts = urlsplit(url)
    if parts.scheme not in _WITH_TLS or "ssl_cert_reqs=" in parts.query:
        return url
    return url + ("&" if parts.query else "?" if "?" not in url else "") + "ssl_cert_reqs=required"


class BrokerUrlError(ValueError):
    """What is wrong with a URL and what to write; the URL, which may hold a password, is not
    repeated.
    """


def check_broker_url(url: str) -> str:
    """The URL itself: `redis://user:password@host:port/number`, `rediss://` over TLS, or
    `redis+sentinel://user:password@host:port,host:port/name/number`; of RabbitMQ
    `amqp://user:password@host:port/vhost`, `amqps://` over TLS.

    Files that it names can be read. BrokerUrlError when anything is wrong with it.
    """
    if re.search(r"[\x00-\x20\x7f]", url):
        raise BrokerUrlError("holds a blank or the end of a line; write those as %20 or %0A")
    if is_watched(url):
        return _check_watched(url)
    _check_place(_parts(url))
    _check_options(urlsplit(url))
    return url


def _check_watched(url: str) -> str:
    """The URL itself, when its Sentinels may be asked, and it is one of a broker where that is."""
    try:
        hosts = hosts_of(address(url, WATCHED, several=True), SENTINEL_PORT)
    except AddressError as error:
        raise BrokerUrlError(f"is not a broker URL; {error}") from None
    if not name_of(url):
        raise BrokerUrlError("does not say what the Sentinels call it; end the address with /name")
    check_broker_url(plain(url, *hosts[0]))
    return url


def _parts(url: str) -> SplitResult:
    if re.match(rf"(?:{'|'.join(SCHEMES)})://[^/?#]*[/?#].*@", url):
        raise BrokerUrlError("has a / or ? or # in its password; write it as %2F, %3F or %23")
    try:
        return urlsplit(address(url, SCHEMES))
    except AddressError as error:
        raise BrokerUrlError(f"is not a broker URL; {error}") from None


def _check_place(parts: SplitResult) -> None:
    number = parts.path.removeprefix("/")
    if is_rabbitmq(parts.geturl()):
        if not re.fullmatch(_VHOST, number):
            raise BrokerUrlError(
                "names a virtual host that cannot be used; end the address with its name, of"
                " letters, digits, . - and _, such as /outscope"
            )
    elif number and not (number.isascii() and number.isdigit()):
        raise BrokerUrlError("names a database that is no number; end the address with /0")
    if parts.fragment:
        raise BrokerUrlError("has a # in it; write it as %23")


def _check_options(parts: SplitResult) -> None:
    given = {name: values[-1] for name, values in parse_qs(parts.query, True).items()}
    for name in given:
        if name not in _OPTIONS:
            known = ", ".join(_OPTIONS)
            raise BrokerUrlError(f"has an unknown option {name[:40]!r}; there are {known}")
    if given and parts.scheme not in _WITH_TLS:
        raise BrokerUrlError(f"has {min(given)} without TLS; begin it with {parts.scheme}s://")
    for name, check in _OPTIONS.items():
        if name in given:
            check(name, given)


def _is_requirement(name: str, given: Mapping[str, str]) -> None:
    known = (*_REQUIREMENTS, *(f"CERT_{one.upper()}" for one in _REQUIREMENTS))
    if given[name] not in known:
        raise BrokerUrlError(f"has a wrong {name}; write {', '.join(_REQUIREMENTS)}")


def _is_flag(name: str, given: Mapping[str, str]) -> None:
    if given[name].lower() not in ("true", "false"):
        raise BrokerUrlError(f"has a wrong {name}; write true or false")


def _is_authority(name: str, given: Mapping[str, str]) -> None:
    _load(name, given[name], lambda: ssl.create_default_context(cafile=given[name]))


def _is_certificate(name: str, given: Mapping[str, str]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    key = given.get("ssl_keyfile")
    # a key with a password would ask for it at the terminal
    _load(name, given[name], lambda: context.load_cert_chain(given[name], key, password=b""))


def _is_key(name: str, given: Mapping[str, str]) -> None:
    if "ssl_certfile" not in given:
        raise BrokerUrlError(f"has {name} without ssl_certfile; name the certificate, too")
    _load(name, given[name], lambda: Path(given[name]).read_bytes())


def _load(name: str, path: str, load: Callable[[], object]) -> None:
    try:
        load()
    except ssl.SSLError:
        raise BrokerUrlError(f"has a {name} without what is needed, as PEM: {path}") from None
    except OSError as error:
        raise BrokerUrlError(
            f"has a {name} that cannot be read: {path}: {error.strerror}"
        ) from None


_OPTIONS: Final[dict[str, Callable[[str, Mapping[str, str]], None]]] = {
    "ssl_cert_reqs": _is_requirement,
    "ssl_check_hostname": _is_flag,
    "ssl_ca_certs": _is_authority,
    "ssl_keyfile": _is_key,
    "ssl_certfile": _is_certificate,
}
