"""Where workers that join meet the coordinator: the broker's address as they see it, its
authority, and whom they obey. The coordinator writes it down, for only it knows all of this.
"""

import re
import ssl
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from worker.contract.broker import BrokerUrlError, check_broker_url

STANDING: Final = "joining"
"""The kind of the standing that tells it, and its only subject."""
PUBLIC: Final = "OUTSCOPE_BROKER_PUBLIC"
CA_FILE: Final = "OUTSCOPE_BROKER_CA_FILE"
NO_ADDRESS: Final = (
    f"workers cannot be told where the broker is; set {PUBLIC} where the coordinator runs, such as"
    " rediss://broker.example.com:6379/0 (redis:// without TLS on this machine alone)"
)
_WITH_TLS: Final = ("rediss", "amqps")
_CERTIFICATE: Final = re.compile(
    "-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a worker is told: `broker` is a URL without user and password, empty when workers
    cannot be told any; `broker_ca` is PEM, empty when public authorities vouch for it.
    `manages` is whether the coordinator lets workers in at the broker itself.
    """

    broker: str = ""
    broker_ca: str = ""
    coordinator_key: str = ""
    manages: bool = True

    @property
    def number(self) -> int:
        """The number of the server's database."""
        last = urlsplit(self.broker).path.rpartition("/")[2]
        return int(last) if last.isdecimal() else 0

    @property
    def is_here(self) -> bool:
        """Whether only workers on the broker's own machine can reach it."""
        return _loopback(self.broker)

    def document(self) -> dict[str, Any]:
        """As it is written down."""
        return asdict(self)


def meeting_of(document: dict[str, Any] | None) -> Meeting | None:
    """What was written down; None when nothing was."""
    return None if document is None else Meeting(**document)


def public_broker(text: str) -> str:
    """The broker's URL as workers see it; ValueError says what is wrong with it."""
    if not text:
        return ""
    parts = urlsplit(_checked(text))
    if parts.username or parts.password or "@" in text:
        raise ValueError("holds a user or a password; each worker gets its own, so leave them out")
    if parts.query:
        raise ValueError(f"holds options; leave them out, and name its authority in {CA_FILE}")
    if not parts.scheme.startswith(_WITH_TLS) and not _loopback(text):
        raise ValueError("sends keys without TLS; write rediss://, redis:// only for this machine")
    return text


def as_workers_see(own: str, public: str, ca_file: Path | None) -> tuple[str, str]:
    """Address and authority for workers: as set, else as the coordinator's own URL has them. The
    address is empty when that one is not for workers. OSError and ValueError for a bad file.
    """
    if public:
        return public, authority(ca_file) if ca_file else ""
    parts = urlsplit(own)
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
    if not parts.scheme.startswith(_WITH_TLS) and not _loopback(plain):
        return "", ""
    named = parse_qs(parts.query).get("ssl_ca_certs", [""])[-1]
    file = ca_file or (Path(named) if named else None)
    return plain, authority(file) if file else ""


def authority(path: Path) -> str:
    """The certificates in a PEM file, and nothing else that may be in it, such as a private key."""
    found = _CERTIFICATE.findall(path.read_text(encoding="ascii", errors="replace"))
    text = "".join(f"{certificate}\n" for certificate in found)
    try:
        ssl.create_default_context(cadata=text or "-")
    except (ssl.SSLError, ValueError):
        raise ValueError(f"{path} holds no certificate (PEM)") from None
    return text


def _checked(text: str) -> str:
    try:
        return check_broker_url(text)
    except BrokerUrlError as error:
        raise ValueError(str(error)) from None


def _loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
