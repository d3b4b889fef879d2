"""How protocols go over from the clear to TLS. Each dialogue is of its protocol's own document,
named beside it.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.network.stream import Stream, ended

Protocol = Literal["smtp", "imap", "pop3", "ftp", "postgres", "ldap"]
DOING: Final = "STARTTLS dialogue"
_LIMIT: Final = 16_384
_LDAP_REQUEST: Final = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + b"1.3.6.1.4.1.1466.20037"
_LDAP_SUCCESS: Final = b"\x0a\x01\x00"
_POSTGRES_REQUEST: Final = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


class NotStarted(Exception):  # noqa: N818 - an answer of the target, not an error of ours
    """The target does not go over to TLS."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault[2])
        self.fault = fault


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
            raise _nonsense("too much")

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
    await _reply(dialogue, b"220")
    await dialogue.say(b"EHLO outscope.invalid\r\n")
    offers = await _reply(dialogue, b"250")
    if not any(offer[4:].strip().upper() == b"STARTTLS" for offer in offers):
        raise _not_offered()
    await dialogue.say(b"STARTTLS\r\n")
    await _reply(dialogue, b"220")


async def _ftp(dialogue: _Dialogue) -> None:
    """RFC 4217."""
    await _reply(dialogue, b"220")
    await dialogue.say(b"AUTH TLS\r\n")
    await _reply(dialogue, b"234")


async def _reply(dialogue: _Dialogue, code: bytes) -> list[bytes]:
    """The lines of one reply, RFC 5321 section 4.2."""
    lines = [await dialogue.line()]
    while lines[-1][3:4] == b"-":
        lines.append(await dialogue.line())
    if not lines[-1].startswith(code):
        raise _refused(lines[-1])
    return lines


async def _imap(dialogue: _Dialogue) -> None:
    """RFC 9051, section 6.2.1."""
    await _begins(dialogue, b"* OK")
    await dialogue.say(b"a STARTTLS\r\n")
    line = await dialogue.line()
    while line.startswith(b"* "):
        line = await dialogue.line()
    if not line.upper().startswith(b"A OK"):
        raise _refused(line)


async def _pop3(dialogue: _Dialogue) -> None:
    """RFC 2595, section 4."""
    await _begins(dialogue, b"+OK")
    await dialogue.say(b"STLS\r\n")
    await _begins(dialogue, b"+OK")


async def _begins(dialogue: _Dialogue, words: bytes) -> None:
    line = await dialogue.line()
    if not line.startswith(words):
        raise _refused(line)


async def _postgres(dialogue: _Dialogue) -> None:
    """PostgreSQL's frontend/backend protocol, SSLRequest."""
    await dialogue.say(_POSTGRES_REQUEST)
    answer = await dialogue.exactly(1)
    if answer == b"N":
        raise _not_offered()
    if answer != b"S":
        raise _nonsense(repr(answer))


async def _ldap(dialogue: _Dialogue) -> None:
    """RFC 4511, section 4.14: an ExtendedRequest, and an ExtendedResponse with resultCode
    success.
    """
    await dialogue.say(_LDAP_REQUEST)
    tag, size = await dialogue.exactly(2)
    if tag != 0x30 or size > 0x84:
        raise _nonsense("no LDAP message")
    if size > 0x80:
        size = int.from_bytes(await dialogue.exactly(size - 0x80))
    if size > _LIMIT:
        raise _nonsense("too much")
    message = await dialogue.exactly(size)
    if message[3:4] != b"\x78":
        raise _nonsense("no extended response")
    if _LDAP_SUCCESS not in message[4:12]:
        raise _not_offered()


_DIALOGUES: Final[Mapping[Protocol, Callable[[_Dialogue], Awaitable[None]]]] = {
    "smtp": _smtp,
    "imap": _imap,
    "pop3": _pop3,
    "ftp": _ftp,
    "postgres": _postgres,
    "ldap": _ldap,
}


def _not_offered() -> NotStarted:
    return NotStarted((Reason.TLS, Blame.TARGET, "the target does not offer TLS"))


def _refused(line: bytes) -> NotStarted:
    shown = line[:60].decode("utf-8", "replace")
    return NotStarted((Reason.PROTOCOL, Blame.TARGET, f"the {DOING} ended with {shown!r}"))


def _nonsense(what: str) -> NotStarted:
    return NotStarted((Reason.PROTOCOL, Blame.TARGET, f"the {DOING} brought {what}"))
