"""A TCP port accepts a connection before the deadline, and says what is expected, if anything is.

With `send`, a text goes out first; with `expect` or `expect_regex`, the answer must hold it within
`answer_limit` bytes. With `tls`, the connection is encrypted from the first byte, as for smtps,
imaps or Redis with TLS; with `starttls`, after the dialogue of that protocol. The certificate must
then be valid, as for the kind `tls`. `ttfb_ms` is the time that the target took to say what it
said.
"""

from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from typing import Any, ClassVar

from pydantic import Field, model_validator

from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Fault, Outcome, Reason
from worker.contract.target import Target, plain_host
from worker.probes.look.phases import Phases
from worker.probes.look.vantage import Look
from worker.probes.network.connection import connect
from worker.probes.network.stream import BROKEN, Stream, broken
from worker.probes.parameters.place import HostName, HostPort
from worker.probes.parameters.receiver import Receiver
from worker.probes.parameters.wanted import Talk
from worker.probes.tls.certified import CertificateRules, encrypt, explained
from worker.probes.tls.not_started import DOING, NotStarted
from worker.probes.tls.silence import why_silent
from worker.probes.tls.starttls import Protocol, start_tls


class TcpParams(CertificateRules, Talk, HostPort):
    """Where to connect to, what to say there and what to hear."""

    schemes: ClassVar[tuple[str, ...]] = ("tcp",)

    tls: bool = Field(
        default=False, description="Whether the target speaks TLS from the first byte."
    )
    starttls: Protocol | None = Field(
        default=None, description="Protocol whose dialogue goes over to TLS."
    )
    server_name: HostName | None = Field(
        default=None,
        description="Name that TLS asks for and verifies; default: the host.",
    )
    answer_limit: int = Field(
        default=65_536,
        ge=1,
        le=1 << 20,
        description="Bytes that are read; the expected behind them counts against nobody.",
    )

    @model_validator(mode="after")
    def _agrees(self) -> "TcpParams":
        if self.tls and self.starttls is not None:
            raise ValueError("give tls or starttls, not both")
        given = self.model_fields_set & {"server_name", *CertificateRules.model_fields}
        if given and not self.encrypted:
            raise ValueError(
                f"{', '.join(sorted(given))}: for connections with tls or starttls only"
            )
        return self

    def targets(self) -> tuple[Target, ...]:
        """The port."""
        return (Target("tcp", self.host, self.port),)

    @property
    def receiver(self) -> Receiver:
        """Who gets what we say. A certificate proves the name that it is asked for."""
        host = plain_host(self.host)
        proven = self.encrypted and plain_host(self.server_name or host) == host
        return Receiver(host, proven=proven)

    @property
    def begin(self) -> Callable[[Stream], Awaitable[None]] | None:
        """What comes before TLS; None when nothing does."""
        return None if self.starttls is None else partial(start_tls, self.starttls)

    @property
    def encrypted(self) -> bool:
        """Whether TLS comes into it."""
        return self.tls or self.starttls is not None


async def run(params: TcpParams, look: Look) -> Outcome:
    """Resolve, connect, talk as far as is asked, close."""
    connected = await connect(params.host, params.port, look, params.ip_version)
    if isinstance(connected, Outcome):
        return connected
    phases = Phases.since(connected, look)
    with closing(Stream(connected.sock, look)) as stream:
        fault, extra = (
            await _encrypted(params, stream, phases, look) if params.encrypted else (None, {})
        )
        if fault is None and (params.says or params.expects):
            fault = await _answer(params, stream, look)
            phases.end("ttfb_ms")
            fault = await why_silent(
                fault,
                stream,
                params.server_name or params.host,
                connected.ip,
                params.port,
                look,
                params.begin,
            )
    return phases.outcome(fault, extra, slow_ms=params.slow_ms)


async def _encrypted(
    params: TcpParams, stream: Stream, phases: Phases, look: Look
) -> tuple[Fault | None, dict[str, Any]]:
    if params.starttls is not None:
        try:
            await start_tls(params.starttls, stream)
        except NotStarted as error:
            return error.fault, {}
        except BROKEN as error:
            return broken(error, look, DOING), {}
        finally:
            phases.end("ttfb_ms")
    name = params.server_name or params.host
    made = await encrypt(stream, name, params, look)
    phases.end("tls_ms")
    made = await explained(made, name, phases.ip or "", params.port, look, params.begin)
    return made.fault, made.extra


async def _answer(params: TcpParams, stream: Stream, look: Look) -> Fault | None:
    """Say what is to be said, and listen until the expected was heard."""
    message = params.message(params.receiver)
    if not isinstance(message, bytes):
        return message
    heard = b""
    try:
        if message:
            await stream.send(message)
            look.step(f"sent {len(message)} bytes")
        while params.expects and not params.heard(text := heard.decode("utf-8", "replace")):
            if len(heard) >= params.answer_limit:
                return params.beyond(len(heard))
            data = await stream.receive(params.answer_limit - len(heard))
            if not data:
                return _ended(params, text)
            heard += data
    except TimeoutError as error:
        return (
            params.another(heard.decode("utf-8", "replace"))
            if heard
            else broken(error, look, "answer")
        )
    except BROKEN as error:
        return broken(error, look, "answer")
    return None


def _ended(params: TcpParams, text: str) -> Fault:
    if not text:
        return Reason.RESET, Blame.TARGET, "the target closed the connection without an answer"
    return params.another(text)


KIND = Kind("tcp", TcpParams, run)
