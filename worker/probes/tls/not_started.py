"""What it means that a target does not go over to TLS: it does not offer that, says that it is not
available, does not want us, or does not speak the protocol. Pure.

Sources of the codes: RFC 5321 section 4.2 (SMTP), RFC 959 section 4.2 and RFC 4217 (FTP), RFC 3463
(the x.7.y behind a code of SMTP: security or policy), RFC 3207.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from worker.contract.outcome import Blame, Fault, Reason

DOING: Final = "STARTTLS dialogue"
_SHOWN: Final = 60


class NotStarted(Exception):  # noqa: N818 - an answer of the target, not an error of ours
    """The target does not go over to TLS."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault[2])
        self.fault = fault


Refusal = Callable[[bytes], NotStarted] | None
"""What a line of the target's means; None for the one that was hoped for."""
Meanings = Sequence[tuple[re.Pattern[bytes], Refusal]]
"""What lines mean, by how they begin; the first that fits counts, and others are nonsense."""


def judge(line: bytes, meanings: Meanings) -> None:
    """Go on, or raise what the line means."""
    refusal = next((refuse for form, refuse in meanings if form.match(line)), _unexpected)
    if refusal is not None:
        raise refusal(line)


def nonsense(what: str) -> NotStarted:
    """The target does not speak the protocol."""
    return NotStarted((Reason.PROTOCOL, Blame.TARGET, f"the {DOING} brought {what}"))


def too_much(limit: int) -> NotStarted:
    """It says more than we read, which is our limit and none of the protocol's."""
    sentence = f"the {DOING} goes on beyond the {limit >> 10} KiB that this worker reads"
    return NotStarted((Reason.CONTENT, Blame.PROBER, sentence))


def not_offered(_line: bytes = b"") -> NotStarted:
    """It speaks the protocol, and without TLS."""
    return NotStarted((Reason.TLS, Blame.TARGET, "the target does not offer TLS"))


def _saying(reason: Reason, blame: Blame, sentence: str) -> Callable[[bytes], NotStarted]:
    return lambda line: NotStarted((reason, blame, f"{sentence} {_shown(line)}"))


def _form(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.I | re.S)


def _shown(line: bytes) -> str:
    return repr(line[:_SHOWN].decode("utf-8", "replace"))


_unexpected: Final = _saying(Reason.PROTOCOL, Blame.TARGET, f"the {DOING} ended with")
_unoffered: Final = _saying(Reason.TLS, Blame.TARGET, "the target does not offer TLS:")
_unavailable: Final = _saying(
    Reason.STATUS, Blame.TARGET, "the target says that it is not available:"
)
_OF_CODES: Final[Meanings] = (
    (
        _form(rb"4\d\d[ -]4\.7\."),
        _saying(
            Reason.RATE_LIMITED, Blame.PROBER, "the target limits how often this prober may ask:"
        ),
    ),
    (
        _form(rb"5\d\d[ -]5\.7\."),
        _saying(Reason.BLOCKED, Blame.PROBER, "the target does not let this prober in:"),
    ),
    (_form(rb"[45]\d\d(?:[ -]|$)"), _unavailable),
)
"""A code of policy speaks of this prober: what may be over later is a limit, what is not a wall."""


def greeting(code: bytes) -> Meanings:
    """What the lines of a greeting mean where `code` is well."""
    return ((_form(code), None), *_OF_CODES)


def reply(code: bytes) -> Meanings:
    """What replies to a command mean where `code` is well. It may not be known, or not wanted."""
    return ((_form(code), None), (_form(rb"(?:50[0-4]|534)(?:[ -]|$)"), _unoffered), *_OF_CODES)


IMAP_GREETING: Final[Meanings] = (
    (_form(rb"\* OK"), None),
    (_form(rb"\* PREAUTH"), _unoffered),  # it says that there is nothing left to protect
    (_form(rb"\* BYE"), _unavailable),
)
IMAP_REPLY: Final[Meanings] = (
    (_form(rb"A OK"), None),
    (_form(rb"A BAD"), _unoffered),
    (_form(rb"A NO|\* BYE"), _unavailable),
)
POP3_GREETING: Final[Meanings] = ((_form(rb"\+OK"), None), (_form(rb"-ERR"), _unavailable))
POP3_REPLY: Final[Meanings] = (
    (_form(rb"\+OK"), None),
    (_form(rb"-ERR.*\[SYS/TEMP\]"), _unavailable),
    (_form(rb"-ERR"), _unoffered),
)
POSTGRES_ANSWER: Final[Meanings] = (
    (re.compile(rb"S"), None),
    (re.compile(rb"N"), not_offered),
    (re.compile(rb"E"), _unavailable),
    (re.compile(rb""), lambda answer: nonsense(repr(answer))),
)
LDAP_ANSWER: Final[Meanings] = (
    (re.compile(rb".{0,5}?\x0a\x01\x00", re.S), None),
    # busy and unavailable: RFC 4511, appendix A
    (
        re.compile(rb".{0,5}?\x0a\x01[\x33\x34]", re.S),
        lambda _answer: _unavailable(b"LDAP result busy or unavailable"),
    ),
    (re.compile(rb""), not_offered),
)
