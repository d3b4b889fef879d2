"""A WebSocket server accepts a connection, answers a ping, and says what is expected, if anything
is.

The handshake is that of RFC 6455, over TLS for wss, whose certificate must be valid as for the kind
`tls`. Then a ping is sent and its pong awaited, `send` or `send_hex` goes out as one message, and
messages are read until one holds what `expect` or `expect_regex` ask for. `ttfb_ms` is the time to
the answer to the handshake; `extra` has `ping_ms` for the pong and `message_ms` for the message.
Redirects are not followed.
"""

from collections.abc import Mapping
from contextlib import aclosing, closing, suppress
from typing import TYPE_CHECKING, Any

from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Fault, Outcome, Reason, failure
from worker.probes.kinds.websocket.params import WebsocketParams
from worker.probes.look.phases import Phases
from worker.probes.look.vantage import Look
from worker.probes.network.connection import connect
from worker.probes.network.stream import BROKEN, Stream, broken
from worker.probes.parameters.header import header_value
from worker.probes.parameters.secret import SecretError, reveal
from worker.probes.tls.certified import encrypt, explained
from worker.probes.tls.silence import why_silent

if TYPE_CHECKING:
    from worker.probes.kinds.websocket.conversation import Conversation


async def run(params: WebsocketParams, look: Look) -> Outcome:
    """Resolve, connect, encrypt, upgrade, ping, talk."""
    try:
        headers = {
            name: header_value(name, reveal(text, params.receiver))
            for name, text in params.headers.items()
        }
    except SecretError as error:
        return failure(error.reason, str(error), blame=Blame.PROBER)
    if not any(name.lower() == "user-agent" for name in headers):
        headers["User-Agent"] = look.vantage.user_agent
    connected = await connect(params.host, params.port, look, params.ip_version)
    if isinstance(connected, Outcome):
        return connected
    phases, extra = Phases.since(connected, look), dict[str, Any]()
    with closing(Stream(connected.sock, look)) as stream:
        if params.encrypted:
            made = await encrypt(stream, params.host, params, look)
            phases.end("tls_ms")
            made = await explained(made, params.host, connected.ip, params.port, look)
            extra |= made.extra
            if made.fault is not None:
                return phases.outcome(made.fault, extra)
        fault = await _converse(params, headers, stream, phases, extra, look)
        fault = await why_silent(fault, stream, params.host, connected.ip, params.port, look)
    return phases.outcome(fault, extra, slow_ms=params.slow_ms)


async def _converse(
    params: WebsocketParams,
    headers: Mapping[str, str],
    stream: Stream,
    phases: Phases,
    extra: dict[str, Any],
    look: Look,
) -> Fault | None:
    # late: only such a look needs the library
    from worker.probes.kinds.websocket.conversation import (
        Conversation,
        Over,
    )

    conversation = Conversation(stream, params.url, params.subprotocols)
    try:
        with phases.phase("ttfb_ms"):
            await conversation.open(headers, credentials=params.has_secrets)
        look.step("WebSocket established")
        if params.subprotocols:
            extra["subprotocol"] = conversation.subprotocol
            if conversation.subprotocol is None:
                return Reason.PROTOCOL, Blame.TARGET, "the server chose none of the subprotocols"
        if params.ping:
            with phases.phase("ping_ms"):
                await conversation.ping()
            look.step("pong")
        if params.says or params.expects:
            with phases.phase("message_ms"):
                return await _talk(params, conversation)
        return None
    except Over as error:
        extra |= error.extra
        return error.fault
    except BROKEN as error:
        return broken(error, look, f"WebSocket {conversation.doing}")
    finally:
        with suppress(*BROKEN):
            await conversation.close()


async def _talk(params: WebsocketParams, conversation: "Conversation") -> Fault | None:
    message = params.message(params.receiver)
    if not isinstance(message, bytes):
        return message
    if message:
        await conversation.say(message, binary=params.send_hex is not None)
    heard, text = 0, ""
    if not params.expects:
        return None
    async with aclosing(conversation.messages()) as messages:
        async for data in messages:
            heard, text = heard + len(data), data.decode("utf-8", "replace")
            if params.heard(text):
                return None
            if heard >= params.answer_limit:
                return params.beyond(heard)
    return params.another(text)


KIND = Kind("websocket", WebsocketParams, run)
