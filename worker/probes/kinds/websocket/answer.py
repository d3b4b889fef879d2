"""The head of the answer to a WebSocket handshake, read as tolerantly as clients read HTTP. Pure.

What counts is RFC 9112: the reason phrase may be missing (section 4), and answers of 1xx other than
101 come before the answer (RFC 9110, section 15.2). However the body of a refusal looks, its status
says why.
"""

import re
from typing import Final

from worker.probes.http.request import Answer

MOST_BYTES: Final = 1 << 18
"""Of all heads together; libcurl takes about as much."""
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.(\d)[ \t]+([1-9]\d\d)(?:[ \t][^\r\n]*)?")
_BEGINS: Final = b"HTTP/1."
_END: Final = re.compile(rb"\r?\n\r?\n")
_OF_UPGRADE: Final = re.compile(rb"(upgrade|connection|sec-websocket-[a-z-]+)[ \t]*:", re.I)
_NEWEST_INTERIM: Final = 199
UPGRADED: Final = 101


class NotHttpError(ValueError):
    """What came is no answer of HTTP/1; the sentence says why."""


def answer_of(heard: bytes) -> tuple[Answer, bytes] | None:
    """The answer in these bytes, and what came behind its head; None while the head is not whole.
    NotHttpError when it cannot become one.
    """
    begin = 0
    while True:
        if not heard.startswith(_BEGINS[: len(heard) - begin], begin):
            raise NotHttpError("it is not HTTP")
        end = _END.search(heard, begin)
        if end is None:
            if len(heard) > MOST_BYTES:
                raise NotHttpError(f"its headers are larger than {MOST_BYTES >> 10} KiB")
            return None
        answer = _head(heard[begin : end.start()])
        if answer.status == UPGRADED or answer.status > _NEWEST_INTERIM:
            return answer, heard[end.end() :]
        begin = end.end()


def _head(head: bytes) -> Answer:
    lines = [line.removesuffix(b"\r") for line in head.split(b"\n")]
    status_line = _STATUS_LINE.fullmatch(lines[0])
    if status_line is None:
        raise NotHttpError("its first line is no status line")
    status = int(status_line[2])
    if status == UPGRADED and status_line[1] == b"0":
        raise NotHttpError("HTTP/1.0 knows no upgrade")
    return Answer(0, "", status=status, lines=tuple(line + b"\r\n" for line in lines))


def upgrade_of(answer: Answer) -> bytes:
    """The part of an answer that decides on the upgrade, as the protocol's own parser reads it."""
    kept = [line for line in answer.lines if _OF_UPGRADE.match(line)]
    return b"HTTP/1.1 101 Switching Protocols\r\n" + b"".join(kept) + b"\r\n"
