"""A gRPC server says that it, or one of its services, is serving: the health protocol,
grpc.health.v1.Health/Check.

Speaks HTTP/2, over TLS unless `tls` is false. NOT_SERVING is a failure of the target, and so is a
server that does not know the service or does not have the protocol. A server that refuses our
credentials, or says that we ask too much, says something about us. `ttfb_ms` is the time to the
answer, after the connection is made.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final
from urllib.parse import unquote

from pydantic import Field, field_validator

from worker.contract.clock import now
from worker.contract.instant import rfc3339
from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Fault, Outcome, Reason, failure
from worker.contract.target import Target, plain_host
from worker.probes.http.answers import edge
from worker.probes.http.answers.refusals import refusal
from worker.probes.http.request import Answer, Request, fields_of
from worker.probes.http.visit import told
from worker.probes.kinds.grpc import message, status
from worker.probes.kinds.grpc.retry import retry_after_s
from worker.probes.look.phases import Phases
from worker.probes.look.vantage import Look
from worker.probes.parameters.header import header_line
from worker.probes.parameters.place import HostPort
from worker.probes.parameters.receiver import Receiver
from worker.probes.parameters.secret import SecretError, reveal
from worker.probes.parameters.web_address import bracketed
from worker.probes.tls import certificate
from worker.probes.tls.certified import COMMON_NAME

_KEY: Final = re.compile(r"(?!grpc-)[a-z0-9_.-]+")
_OURS: Final = frozenset(
    {"te", "content-type", "user-agent", "host", "content-length", "connection"}
)
_BODY_LIMIT: Final = 4 << 20
"""As much as gRPC's own clients take of one message."""
_TOO_LONG: Final[Fault] = (
    Reason.CONTENT,
    Blame.PROBER,
    f"the answer goes on beyond the {_BODY_LIMIT >> 20} MiB that this worker reads",
)


class GrpcParams(HostPort):
    """Which server and service to ask, and how."""

    schemes: ClassVar[tuple[str, ...]] = ("grpc",)

    port: int = Field(default=443, ge=1, le=65535, description="Port of the target.")
    service: str = Field(
        default="", max_length=1024, description="Service to ask about; default: the whole server."
    )
    tls: bool = Field(
        default=True, description="Whether the server speaks TLS, with a certificate that is valid."
    )
    min_days: float = Field(
        default=0, ge=0, description="Days that the certificate must still be valid."
    )
    common_name: bool = Field(default=False, description=COMMON_NAME)
    metadata: Mapping[str, str] = Field(
        default={},
        description=(
            "Metadata to send. ${env:OUTSCOPE_SECRET_NAME} is read from the worker's environment."
        ),
    )

    @field_validator("metadata")
    @classmethod
    def _sendable(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, text in value.items():
            if not _KEY.fullmatch(name) or name in _OURS:
                raise ValueError(
                    f"{name!r} is not metadata that can be sent; names are in lower case"
                )
            if not text.isprintable() or not text.isascii():
                raise ValueError(f"the value of {name} must be printable ASCII")
        return value

    @property
    def scheme(self) -> str:
        """That of the address which carries gRPC."""
        return "https" if self.tls else "http"

    def targets(self) -> tuple[Target, ...]:
        """The port, which is asked by gRPC and so by a web request."""
        return tuple(Target(scheme, self.host, self.port) for scheme in ("grpc", self.scheme))


async def run(params: GrpcParams, look: Look) -> Outcome:
    """Ask for the health and judge the answer."""
    from worker.probes.http.curl.exchange import exchange  # late: only a look needs libcurl

    try:
        to = Receiver(plain_host(params.host), proven=params.tls)
        metadata = {name: reveal(text, to) for name, text in params.metadata.items()}
        request = _request(params, metadata, look)
    except SecretError as error:
        return failure(error.reason, str(error), blame=Blame.PROBER)
    answer = await exchange(request, look)
    phases = Phases.of(answer, look)  # to its end, whose trailers say how it went
    code = _status(answer)
    fault = _fault(params, answer, code, metadata, look)
    return phases.outcome(fault, dict(_extra(answer, code)), slow_ms=params.slow_ms)


def _request(params: GrpcParams, metadata: Mapping[str, str], look: Look) -> Request:
    lines = {
        "Content-Type": "application/grpc",
        "TE": "trailers",
        "grpc-timeout": f"{max(1, int(look.left_s() * 1000))}m",
        **metadata,
    }
    return Request(
        url=f"{params.scheme}://{bracketed(params.host)}:{params.port}{message.PATH}",
        method="POST",
        headers=tuple(header_line(name, value) for name, value in lines.items()),
        body=message.health_request(params.service),
        body_limit=_BODY_LIMIT,
        ip_version=params.ip_version,
        http_version="2",
        common_name=params.common_name,
    )


def _metadata(answer: Answer) -> Mapping[str, str]:
    """The headers and the trailers, which gRPC takes for one."""
    return fields_of((*answer.lines, *answer.trailers))


def _status(answer: Answer) -> int | None:
    """The status in the trailers, or in the headers of an answer that is nothing else."""
    text = _metadata(answer).get("grpc-status", "").rpartition(",")[2].strip()
    return int(text) if text.isdecimal() and len(text) < 4 else None


def _fault(
    params: GrpcParams, answer: Answer, code: int | None, metadata: Mapping[str, str], look: Look
) -> Fault | None:
    if answer.code:
        from worker.probes.http.curl.faults import fault as fault_of

        return fault_of(answer, look.timeout_ms)
    if code is None and (ours := _refused(params, answer)) is not None:
        return ours
    if answer.http_version != "2":
        return Reason.PROTOCOL, Blame.TARGET, "the target does not speak HTTP/2"
    if answer.cut:
        return _TOO_LONG
    if code is None:
        return _not_grpc(answer)
    if code:
        fault = status.meaning(
            code, _words(answer, metadata), limited="x-envoy-ratelimited" in _metadata(answer)
        )
        return fault if fault[1] is Blame.PROBER else _refused(params, answer) or fault
    health = message.health_status(answer.body)
    if health is None:
        return Reason.PROTOCOL, Blame.TARGET, "the answer is not of the health protocol"
    if health != message.SERVING:
        return Reason.STATUS, Blame.TARGET, f"the server says {_health_name(health)}"
    return _ending(params, answer)


def _refused(params: GrpcParams, answer: Answer) -> Fault | None:
    """What the HTTP around gRPC says of us: a proxy or a wall answers in its own words."""
    known = any("${" in text for text in params.metadata.values())
    return refusal(answer.status, edge.noted(answer.lines), answer.body, credentials=known)


def _not_grpc(answer: Answer) -> Fault:
    if answer.status != 200:
        return (
            Reason.STATUS,
            Blame.TARGET,
            f"the target answered with HTTP status {answer.status} and no gRPC status",
        )
    return Reason.PROTOCOL, Blame.TARGET, "the answer is not gRPC: it has no status"


def _words(answer: Answer, metadata: Mapping[str, str]) -> str:
    """The server's words for its status, unless they repeat what may be secret."""
    words = unquote(_metadata(answer).get("grpc-message", ""))
    return "" if any(value and value in words for value in metadata.values()) else words


def _ending(params: GrpcParams, answer: Answer) -> Fault | None:
    expires = certificate.expires_at(answer.certificate_expires or "")
    if expires is None or not params.min_days:
        return None
    sentence = certificate.too_soon(expires, params.min_days, now())
    return None if sentence is None else (Reason.TLS, Blame.TARGET, sentence)


def _extra(answer: Answer, code: int | None) -> Iterator[tuple[str, Any]]:
    if code is not None:
        yield "grpc_status", status.name_of(code)
    if code != 0:
        noted = edge.noted((*answer.lines, *answer.trailers))
        yield from told(answer, noted, failed=code is not None).items()
        if (wait_s := retry_after_s(_metadata(answer))) is not None:
            yield "retry_after_s", wait_s
    if code == 0 and (health := message.health_status(answer.body)) is not None:
        yield "health", _health_name(health)
    expires = certificate.expires_at(answer.certificate_expires or "")
    if expires is not None:
        yield "certificate_expires_at", rfc3339(expires)
        yield "certificate_days", certificate.days_left(expires, now())


def _health_name(health: int) -> str:
    return message.NAMES[health] if health < len(message.NAMES) else str(health)


KIND = Kind("grpc", GrpcParams, run)
