"""How protocols go over from the clear to TLS. Each dialogue is of its protocol's own document,
named beside it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

from worker.contract.outcome import Blame, Reason
from worker.probes.network.stream import Stream, ended
from worker.probes.tls.not_started import (
    DOING,
    IMAP_GREETING,
    IMAP_REPLY,
    LDAP_ANSWER,
    POP3_GREETING,
    POP3_REPLY,
    POSTGRES_ANSWER,
    Meanings,
    NotStarted,
    greeting,
    judge,
    nonsense,
    not_offered,
    reply,
    too_much,
)

Protocol = Literal["smtp", "imap", "pop3", "ftp", "postgres", "ldap"]
_LIMIT: Final = 262_144
_LDAP_REQUEST: Final = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + b"1.3.6.1.4.1.1466.20037"
_POSTGRES_REQUEST: Final = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
_CODE: Final[Meanings] = ((re.compile(rb"\d{3}"), None),)
_UNTAGGED: Final = re.compile(rb"\* (?!BYE)", re.I)


class _Dialogue:
    """Lines and bytes of a connection in the clear."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._heard = b""

    async def say(self, line: bytes) -> None:
        await self._stream.send(line)

    async def line(self) -> bytes:
        while b"\n" not in self._heard:
            await self._more()
        line, _, self._heard = self._heard.partition(b"\n")
        return line.rstrip(b"\r")

    async def exactly(self, size: int) -> bytes:
        while len(self._heard) < size:
            await self._more()
        data, self._heard = self._heard[:size], self._heard[size:]
        return data

    async def _more(self) -> None:
        data = await self._stream.receive()
        if not data:
            raise NotStarted(ended(DOING))
        self._heard += data
        if len(self._heard) > _LIMIT:
            raise too_much(_LIMIT)

    def over(self) -> None:
        """Nothing may be said in the clear after the word that TLS begins: it could be somebody
        else's.
        """
        if self._heard:
            raise NotStarted(
                (Reason.PROTOCOL, Blame.TARGET, "the target says more in the clear after STARTTLS")
            )


async def start_tls(protocol: Protocol, stream: Stream) -> None:
    """Talk until TLS begins; NotStarted when the target does not want to, or what the stream
    raises.
    """
    dialogue = _Dialogue(stream)
    await _DIALOGUES[protocol](dialogue)
    dialogue.over()


async def _smtp(dialogue: _Dialogue) -> None:
    """RFC 3207."""
    judge((await _reply(dialogue))[-1], greeting(b"220"))
    await dialogue.say(b"EHLO outscope.invalid\r\n")
    offers = await _reply(dialogue)
    judge(offers[-1], reply(b"250"))
    if not any(offer[4:].strip().upper() == b"STARTTLS" for offer in offers):
        raise not_offered()
    await dialogue.say(b"STARTTLS\r\n")
    judge((await _reply(dialogue))[-1], reply(b"220"))


async def _ftp(dialogue: _Dialogue) -> None:
    """RFC 4217."""
    judge((await _reply(dialogue))[-1], greeting(b"220"))
    await dialogue.say(b"AUTH TLS\r\n")
    judge((await _reply(dialogue))[-1], reply(b"234"))


async def _reply(dialogue: _Dialogue) -> list[bytes]:
    """The lines of the first reply that is not preliminary (RFC 959, section 5.4: 120, then
    220).
    """
    lines = [b"1"]
    while lines[0].startswith(b"1"):
        lines = await _lines(dialogue)
    return lines


async def _lines(dialogue: _Dialogue) -> list[bytes]:
    """The lines of one reply: from its code with a dash to its code without one. Between may stand
    anything, RFC 959, section 4.2.
    """
    lines = [await dialogue.line()]
    judge(lines[0], _CODE)
    last = re.compile(lines[0][:3] + rb"(?!-)")
    while not last.match(lines[-1]):
        lines.append(await dialogue.line())
    return lines


async def _imap(dialogue: _Dialogue) -> None:
    """RFC 9051, sections 6.2.1 and 7.1."""
    judge(await dialogue.line(), IMAP_GREETING)
    await dialogue.say(b"a STARTTLS\r\n")
    line = await dialogue.line()
    while _UNTAGGED.match(line):
        line = await dialogue.line()
    judge(line, IMAP_REPLY)


async def _pop3(dialogue: _Dialogue) -> None:
    """RFC 2595, section 4."""
    judge(await dialogue.line(), POP3_GREETING)
    await dialogue.say(b"STLS\r\n")
    judge(await dialogue.line(), POP3_REPLY)


async def _postgres(dialogue: _Dialogue) -> None:
    """PostgreSQL's frontend/backend protocol, SSLRequest."""
    await dialogue.say(_POSTGRES_REQUEST)
    judge(await dialogue.exactly(1), POSTGRES_ANSWER)


async def _ldap(dialogue: _Dialogue) -> None:
    """RFC 4511, section 4.14: an ExtendedRequest, and an ExtendedResponse with resultCode
    success.
    """
    await dialogue.say(_LDAP_REQUEST)
    tag, size = await dialogue.exactly(2)
    if tag != 0x30 or size > 0x84:
        raise nonsense("no LDAP message")
    if size > 0x80:
        size = int.from_bytes(await dialogue.exactly(size - 0x80))
    if size > _LIMIT:
        raise too_much(_LIMIT)
    message = await dialogue.exactly(size)
    if message[3:4] != b"\x78":
        raise nonsense("no extended response")
    judge(message[4:], LDAP_ANSWER)


_DIALOGUES: Final[Mapping[Protocol, Callable[[_Dialogue], Awaitable[None]]]] = {
    "smtp": _smtp,
    "imap": _imap,
    "pop3": _pop3,
    "ftp": _ftp,
    "postgres": _postgres,
    "ldap": _ldap,
}
