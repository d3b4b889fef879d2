"""Where the broker is, when Sentinels watch over a master and its replicas:
`redis+sentinel://user:password@host1:26379,host2,host3/name/number`, `rediss+sentinel://` over TLS.

They are asked in their own protocol, by a dozen lines, for the contract stands on the standard
library. User and password are those of the broker; Sentinels that want some are given the same.
"""

import ssl
from collections import Counter
from io import BufferedRWPair
from socket import create_connection
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from worker.contract.settings.address import hosts_of, one_host

SCHEMES: Final = ("redis+sentinel", "rediss+sentinel")
PORT: Final = 26_379
ANSWER_S: Final = 1.0


class SentinelError(OSError):
    """No Sentinel says where the broker is; the sentence tells no secret."""


def is_watched(url: str) -> bool:
    """Whether Sentinels tell where the broker of this URL is."""
    return url.partition("://")[0].lower() in SCHEMES


def name_of(url: str) -> str:
    """What the Sentinels call it; empty when the URL does not say."""
    return unquote(urlsplit(url).path.strip("/").partition("/")[0])


def plain(url: str, host: str, port: int) -> str:
    """The URL of the broker at this place."""
    here = urlsplit(one_host(url, host, port))
    number = here.path.strip("/").partition("/")[2]
    scheme = here.scheme.partition("+")[0]
    return here._replace(scheme=scheme, path=f"/{number}" if number else "").geturl()


def found(url: str) -> str:
    """The URL of the broker where it is now: of a watched one by what most Sentinels say.
    SentinelError when none says.
    """
    if not is_watched(url):
        return url
    said: Counter[tuple[str, int]] = Counter()
    why = "no Sentinel is named"
    for host, port in hosts_of(url, PORT):
        try:
            said[_asked(url, host, port)] += 1
        except (OSError, ValueError) as error:
            why = f"{host}:{port}: {error}"
    if not said:
        raise SentinelError(f"no Sentinel says where {name_of(url)!r} is; {why}")
    (place, _), *_ = said.most_common(1)
    return plain(url, *place)


def _asked(url: str, host: str, port: int) -> tuple[str, int]:
    with create_connection((host, port), timeout=ANSWER_S) as link:
        if urlsplit(url).scheme.startswith("rediss"):
            with _context(url).wrap_socket(link, server_hostname=host) as secure:
                return _answer(url, secure.makefile("rwb"))
        return _answer(url, link.makefile("rwb"))


def _answer(url: str, stream: BufferedRWPair) -> tuple[str, int]:
    with stream:
        question = ("SENTINEL", "get-master-addr-by-name", name_of(url))
        told = _one(stream, *question)
        if told and told[0].startswith("-NOAUTH"):
            parts = urlsplit(url)
            login = [unquote(part) for part in (parts.username, parts.password) if part]
            _one(stream, "AUTH", *login)
            told = _one(stream, *question)
    if len(told) != 2:
        raise ValueError(told[0][:100] if told else "it knows none of that name")
    return told[0], int(told[1])


def _one(stream: BufferedRWPair, *command: str) -> list[str]:
    """The answer to one command: of a list its texts."""
    words = [word.encode() for word in command]
    stream.write(b"*%d\r\n" % len(words))
    for word in words:
        stream.write(b"$%d\r\n%b\r\n" % (len(word), word))
    stream.flush()
    first = stream.readline(1_000).decode(errors="replace").strip()
    if not first.startswith("*"):
        return [first or "it said nothing"]
    return [_text(stream) for _ in range(max(0, int(first[1:])))]


def _text(stream: BufferedRWPair) -> str:
    length = int(stream.readline(100)[1:])
    return stream.read(length + 2)[:-2].decode()


def _context(url: str) -> ssl.SSLContext:
    told = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
    context = ssl.create_default_context(cafile=told.get("ssl_ca_certs"))
    if told.get("ssl_check_hostname", "").lower() == "false":
        context.check_hostname = False
    if told.get("ssl_cert_reqs", "required").lower().removeprefix("cert_") == "none":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if "ssl_certfile" in told:
        context.load_cert_chain(told["ssl_certfile"], told.get("ssl_keyfile"))
    return context
