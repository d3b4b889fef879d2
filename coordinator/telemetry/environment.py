"""Where OpenTelemetry is sent to: the standard variables, read and checked as settings of ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from worker.contract.reloading.reloads import ReloadError, secret
from worker.contract.settings.address import echoed
from worker.contract.settings.web_address import web_address

PREFIX: Final = "OTEL_"
ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
HEADERS: Final = "OTEL_EXPORTER_OTLP_HEADERS"
DISABLED: Final = "OTEL_SDK_DISABLED"
USUAL: Final = "http://localhost:4318"
TRACES: Final = "traces"
METRICS: Final = "metrics"
SIGNALS: Final = (TRACES, METRICS)
OTLP: Final = "otlp"
NONE: Final = "none"
PROTOCOL: Final = "http/protobuf"
COMPRESSIONS: Final = (NONE, "gzip", "deflate")
_TIMEOUT_MS: Final = 10_000
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE: Final = re.compile(r"[\t -~\xa0-\xff]+")
_SAMPLERS: Final = {
    "": 1.0,
    "always_on": 1.0,
    "always_off": 0.0,
    "traceidratio": None,
}


class TelemetryError(ValueError):
    """A setting is wrong; the sentence names it, says what to do, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who takes one signal: the whole URL, what is sent along, and how long to wait."""

    signal: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_s: float = _TIMEOUT_MS / 1000
    compression: str = NONE


def asked_for(environ: Mapping[str, str]) -> bool:
    """Whether somebody said where to send it."""
    names = (ENDPOINT, *(_own(signal, "ENDPOINT") for signal in SIGNALS))
    return any(_text(name, environ) for name in names) and not disabled(environ)


def disabled(environ: Mapping[str, str]) -> bool:
    """Whether nothing is to be sent, whatever else is said."""
    return _text(DISABLED, environ).lower() == "true"


def read_receiver(signal: str, environ: Mapping[str, str]) -> Receiver | None:
    """Who takes a signal; None when nobody shall. TelemetryError names what is wrong."""
    exporter = f"OTEL_{signal.upper()}_EXPORTER"
    _one_of(exporter, _text(exporter, environ) or OTLP, (OTLP, NONE))
    if disabled(environ) or _text(exporter, environ) == NONE:
        return None
    name, protocol = _told(signal, "PROTOCOL", environ)
    _one_of(name, protocol or PROTOCOL, (PROTOCOL,))
    name, compression = _told(signal, "COMPRESSION", environ)
    _one_of(name, compression or NONE, COMPRESSIONS)
    for file in ("CERTIFICATE", "CLIENT_KEY", "CLIENT_CERTIFICATE"):
        _readable(*_told(signal, file, environ))
    return Receiver(
        signal,
        _url(signal, environ),
        read_headers(signal, environ),
        number(*_told(signal, "TIMEOUT", environ), _TIMEOUT_MS, 600_000) / 1000,
        compression or NONE,
    )


def read_headers(signal: str, environ: Mapping[str, str]) -> Mapping[str, str]:
    """What is sent along with each request; as `NAME=VALUE` with commas between, values encoded as
    in URLs.
    """
    own = _own(signal, "HEADERS")
    name = own if _secret(own, environ) else HEADERS
    entries = [entry.strip() for entry in _secret(name, environ).split(",")]
    told = [entry.partition("=") for entry in entries if entry]
    pairs = [(key.strip(), unquote(value.strip(), "latin-1")) for key, _, value in told]
    for number, (key, value) in enumerate(pairs, start=1):
        if not _TOKEN.fullmatch(key) or not _VALUE.fullmatch(value):
            raise TelemetryError(
                f"{name}: entry {number} is no header; write NAME=VALUE with commas between, and"
                " %20 for a blank, as in Authorization=Bearer%20abc"
            )
    return {key.lower(): value for key, value in pairs}


def read_share(environ: Mapping[str, str]) -> float:
    """Of which share of its looks a trace is made, as the standard sampler says: 0 to 1."""
    variable, arg = "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"
    sampler = _text(variable, environ).removeprefix("parentbased_")
    _one_of(variable, sampler, tuple(_SAMPLERS))
    share = _SAMPLERS[sampler]
    if share is not None:
        return share
    text = _text(arg, environ) or "1"
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise TelemetryError(f"{arg} is {echoed(text)}; write a share from 0 to 1, such as 0.01")
    return share


def check_temporality(environ: Mapping[str, str]) -> None:
    """TelemetryError for sums that begin anew with each message: what got lost on the way would be
    lost.
    """
    name = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"
    text = _text(name, environ).lower()
    if text not in ("", "cumulative"):
        raise TelemetryError(
            f"{name} is {echoed(text)}; sums are sent as cumulative alone, which a collector's"
            " processor cumulativetodelta turns into others"
        )


def number(name: str, text: str, otherwise: int, most: int) -> int:
    """A whole number from 1 on; TelemetryError for anything else."""
    text = text or str(otherwise)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= most:
        raise TelemetryError(f"{name} is {echoed(text)}; write a whole number from 1 to {most}")
    return int(text)


def _url(signal: str, environ: Mapping[str, str]) -> str:
    own = _own(signal, "ENDPOINT")
    text, name = _text(own, environ), own
    if not text:
        name = ENDPOINT
        base = _text(name, environ) or USUAL
        if "?" in base or "#" in base:
            raise TelemetryError(
                f"{name} has a query, behind which no path can come; give the whole URL of each"
                f" signal, as {_own(TRACES, 'ENDPOINT')} and {_own(METRICS, 'ENDPOINT')}"
            )
        text = f"{base.rstrip('/')}/v1/{signal}"
    try:
        return web_address(text)
    except ValueError as error:
        hint = f" of a collector, such as {USUAL}; what it shall know you by goes into {HEADERS}"
        raise TelemetryError(f"{name} {error}{hint}") from None


def _readable(name: str, path: str) -> None:
    try:
        if path:
            Path(path).open("rb").close()
    except OSError as error:
        raise TelemetryError(
            f"{name} names {path}, which cannot be read: {error.strerror}"
        ) from None


def _told(signal: str, what: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """The variable that counts, that of the signal before that of all, and what it says."""
    own, common = _own(signal, what), f"OTEL_EXPORTER_OTLP_{what}"
    return next(
        ((name, _text(name, environ)) for name in (own, common) if _text(name, environ)),
        (common, ""),
    )


def _own(signal: str, what: str) -> str:
    return f"OTEL_EXPORTER_OTLP_{signal.upper()}_{what}"


def _text(name: str, environ: Mapping[str, str]) -> str:
    return environ.get(name, "").strip()


def _one_of(name: str, text: str, words: tuple[str, ...]) -> None:
    if text not in words:
        told = [word for word in words if word]
        raise TelemetryError(f"{name} is {echoed(text)}; write {' or '.join(told)}")


def _secret(name: str, environ: Mapping[str, str]) -> str:
    try:
        return secret(name, environ)
    except ReloadError as error:
        raise TelemetryError(str(error)) from None
