"""What a websocket check connects to, says and hears."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from worker.contract.kind import CheckParams
from worker.contract.target import Target, asked_at
from worker.probes.parameters.header import TOKEN
from worker.probes.parameters.place import IpVersion, SlowMs
from worker.probes.parameters.receiver import Receiver, web_receiver
from worker.probes.parameters.wanted import Talk
from worker.probes.parameters.web_address import parts_of, plain
from worker.probes.tls.certified import CertificateRules

_OURS: Final = re.compile(r"host|upgrade|connection|sec-websocket-.*", re.I)


def _address(value: str) -> str:
    parts = parts_of(value, "ws", "wss")
    if "@" in parts.netloc or parts.fragment:
        raise ValueError(
            "must hold neither a password nor a fragment; send an Authorization header"
        )
    return plain(value)


class WebsocketParams(Talk, CertificateRules, CheckParams):
    """Where to connect to, what to say there and what to hear."""

    schemes: ClassVar[tuple[str, ...]] = ("wss", "ws")

    url: Annotated[str, Field(max_length=4096), AfterValidator(_address)] = Field(
        description="Address of the endpoint, ws or wss."
    )
    headers: Mapping[str, str] = Field(
        default={},
        description=(
            "Headers of the handshake, such as Origin. ${env:OUTSCOPE_SECRET_NAME} is read from the"
            " worker's environment."
        ),
    )
    subprotocols: tuple[Annotated[str, Field(pattern=f"^{TOKEN.pattern}$")], ...] = Field(
        default=(),
        description="Subprotocols to offer; when there are any, the server must choose one.",
    )
    ping: bool = Field(default=True, description="Whether to send a ping and wait for its pong.")
    answer_limit: int = Field(
        default=65_536,
        ge=1,
        le=1 << 20,
        description=(
            "Bytes of all messages that are read; the expected behind them counts against nobody."
        ),
    )
    ip_version: IpVersion = Field(default="any", description="Look over IPv4 or IPv6 only.")
    slow_ms: SlowMs | None = Field(
        default=None, description="A look that takes longer is a failure: slow."
    )

    @field_validator("headers")
    @classmethod
    def _sendable(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, text in value.items():
            if not TOKEN.fullmatch(name) or _OURS.fullmatch(name):
                raise ValueError(f"{name!r} is not a header that can be given")
            if not text.isascii() or not text.isprintable():
                raise ValueError(f"the value of {name} must be one line of printable ASCII")
        return value

    @model_validator(mode="after")
    def _agrees(self) -> "WebsocketParams":
        given = self.model_fields_set & set(CertificateRules.model_fields)
        if given and not self.encrypted:
            raise ValueError(f"{', '.join(sorted(given))}: for wss only")
        return self

    def targets(self) -> tuple[Target, ...]:
        """Whom the URL names."""
        return (asked_at(self.url),)

    @classmethod
    def from_url(cls, url: str) -> dict[str, Any]:
        """The address itself."""
        return {"url": url}

    @cached_property
    def parts(self) -> SplitResult:
        """The parts of the URL."""
        return urlsplit(self.url)

    @property
    def host(self) -> str:
        """The host of the URL."""
        return self.parts.hostname or ""

    @property
    def port(self) -> int:
        """The port of the URL."""
        return self.parts.port or (443 if self.encrypted else 80)

    @property
    def encrypted(self) -> bool:
        """Whether TLS comes into it."""
        return self.parts.scheme == "wss"

    @property
    def receiver(self) -> Receiver:
        """Who gets what we send."""
        return web_receiver(self.url, {})

    @property
    def has_secrets(self) -> bool:
        """Whether what we send holds credentials."""
        return any("${" in text for text in self.headers.values())
