"""How a file writes whom to tell, of what, and when."""

import re
from typing import Annotated, Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from coordinator.configuration.duration import PATTERN, milliseconds
from worker.contract.message import IDENTIFIER

SECRET: Final = re.compile(r"\$\{env:(OUTSCOPE_NOTIFY_[A-Z0-9_]+)\}")
"""How a file refers to a secret of the coordinator."""
URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}://\S+")
"""The form of an address."""
Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TEXT: Final = {"type": "string"}
_CLOCK: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_WITH_HOST: Final = frozenset(
    {"http", "https", "json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"}
)
_HOST: Final = re.compile(
    r"[a-z]+://(?:[A-Za-z0-9._~!$&'()*+,;=:%-]*@)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?"
    r"(?:/[^@?#]*)?(?:\?[^#]*)?$",
    re.IGNORECASE,
)


def _address(text: str) -> str:
    if "${" in SECRET.sub("", text):
        raise ValueError("holds something else than ${env:OUTSCOPE_NOTIFY_NAME}")
    if SECRET.fullmatch(text) or URL.fullmatch(text):
        return text
    raise ValueError(
        "is not an address; write a URL such as mailto://user@example.com, https://hook.example.com"
        " or ${env:OUTSCOPE_NOTIFY_NAME}"
    )


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"{text[:40]!r} is not a time zone; write one such as Europe/Berlin or UTC"
        ) from None
    return text


def _lasting(text: Any) -> int:
    amount = milliseconds(text)
    if amount > 86_400_000:
        raise ValueError("must be at most 1d")
    return amount


def _secret(text: str) -> str:
    if text.startswith(("whsec_", "whsk_")) or SECRET.fullmatch(text):
        return text
    raise ValueError(
        "secret must be whsec_ or whsk_ and base64, or ${env:OUTSCOPE_NOTIFY_NAME}; make a key"
        " with: outscope notify new-key"
    )


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Zone = Annotated[str, AfterValidator(_zone), Field(max_length=60)]
Secret = Annotated[str, AfterValidator(_secret), Field(max_length=300)]
Address = Annotated[str, AfterValidator(_address), Field(max_length=2000)]
Ids = Annotated[tuple[Annotated[str, Field(pattern=IDENTIFIER)], ...], Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, populate_by_name=True
    )


class QuietEntry(_Entry):
    """Hours in which people are left alone; what still goes on is told at their end."""

    begin: Annotated[str, Field(pattern=_CLOCK, alias="from")]
    """Time of the day, such as `"22:00"`; in quotes, for YAML reads it as a number otherwise."""
    until: Annotated[str, Field(pattern=_CLOCK)]
    """Time of the day; on the next one when it is not later."""
    zone: Zone = "UTC"
    """Whose clocks."""
    days: Annotated[tuple[Day, ...], Field(min_length=1)] = DAYS
    """On which they begin."""
    unless: Literal["degraded", "outage"] | None = None
    """What is so bad wakes people nevertheless."""

    @model_validator(mode="after")
    def _lasts(self) -> "QuietEntry":
        if self.begin == self.until:
            raise ValueError("begin and end at the same time; choose another `until`")
        return self


class NotifyEntry(_Entry):
    """Somebody who is to be told of incidents. What is left out leaves nothing out."""

    id: Annotated[str, Field(pattern=IDENTIFIER)]
    """Unique among those who are told."""
    to: Annotated[
        tuple[Address, ...],
        BeforeValidator(_several),
        Field(min_length=1, max_length=10),
        WithJsonSchema(
            {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 10}]}
        ),
    ]
    """Where: a URL as Apprise reads it (`mailto://`, `slack://`, `tgram://`, ...), `pagerduty://KEY`,
    or `https://` of a webhook; several are told alike. `${env:OUTSCOPE_NOTIFY_NAME}` stands for
    what that variable of the coordinator holds.
    """
    secret: (
        Annotated[
            tuple[Secret, ...],
            BeforeValidator(_several),
            Field(min_length=1, max_length=4),
            WithJsonSchema(
                {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 4}]}
            ),
        ]
        | None
    ) = None
    """What webhooks are signed with: `whsec_...` (`v1`, HMAC), `whsk_...` (`v1a`, Ed25519, of which
    receivers need the public key alone), or `${env:OUTSCOPE_NOTIFY_NAME}`. With several there is a
    signature by each, so that receivers may change from one to the next.
    """
    services: Ids | None = None
    """Only of these services."""
    components: Ids | None = None
    """Only what reaches one of these components."""
    regions: Ids | None = None
    """Only what reaches one of these regions."""
    scopes: (
        Annotated[
            tuple[Literal["regional", "component", "system_wide", "unknown"], ...],
            Field(min_length=1),
        ]
        | None
    ) = None
    """Only what reaches so far."""
    severity: Literal["degraded", "outage"] = "degraded"
    """At least so bad."""
    confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0
    """At least so sure, from 0 to 1."""
    after: (
        Annotated[
            int,
            BeforeValidator(_lasting),
            WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["2m"]}),
        ]
        | None
    ) = None
    """Only what has lasted so long."""
    quiet: QuietEntry | None = None
    """Hours in which nobody is told."""
    workers: bool = False
    """Also of regions that are silent or unfit for so long, at least a minute: one thread for all
    that fall within ten minutes.
    """


def canonical(entry: NotifyEntry) -> dict[str, Any]:
    """The entry as the canonical document has it."""
    told = entry.model_dump(mode="json", exclude_none=True, exclude_defaults=True, by_alias=True)
    if "after" in told:
        told["after_ms"] = told.pop("after")
    if entry.secret and len(entry.secret) == 1:
        told["secret"] = entry.secret[0]
    return {"id": entry.id, "to": list(entry.to), **told}


def host_of(address: str) -> str:
    """What may be shown of an address: the scheme, and the host where it can be nothing else. Many
    chats have a token in its place.
    """
    scheme = address.partition("://")[0].lower()
    found = _HOST.match(address) if scheme in _WITH_HOST else None
    return f"{scheme}://{found[1].lower() if found else '...'}"
