"""What people say of an incident's status: as a label beside a text, or in a sentence. Pure.

A word alone says little: "Monitoring dashboards are unavailable" is not being monitored, and what
is "not resolved" is not over. A label stands apart, by a dash, a colon, brackets or an end of line.
In a sentence, what is over counts unless it is denied, hoped for, or over in part.
"""

import re
from collections.abc import Iterable
from typing import Final

from worker.probes.kinds.vendor_status.words import tongues

RANKS: Final = {
    "scheduled": 1,
    "investigating": 2,
    "unresolved": 2,
    "in progress": 3,
    "identified": 3,
    "partially resolved": 4,
    "verifying": 5,
    "monitoring": 5,
    "mitigated": 6,
    "resolved": 7,
    "cancelled": 7,
    "postmortem": 8,
}
"""Statuses, and how far each is on the way from the first word to the last."""
OVER_FROM: Final = RANKS["resolved"]
_LONGEST: Final = 200
"""Characters in which a label stands."""
Forms = tuple[tuple[str, re.Pattern[str]], ...]

_OVER: Final = (
    r"(?:resolved|completed?|fixed|closed|recovered|restored|operating normally|back to normal)"
)
_OVER_SAID: Final = (
    r"(?:resolved|operating normally|back to normal"
    r"|(?:maintenance|upgrade|migration|work|window|event)s?(?:\s+[\w'-]+){0,4}?\s+completed?"
    r"|(?:ha[sv]e?|is|are|was|were|be|being)(?:\s+(?:now|been|fully|also))*\s+"
    r"(?:fixed|restored|recovered|closed))"
)
_PARTLY: Final = r"(?:partial(?:ly)?|partly|in part|mostly|largely|nearly|almost|some(?:what)?)"
_WORDS: Final = r"(?:\s+(?!but\b|however\b|though\b|and\s+(?:was|is|has|we|it)\b)[\w'’/-]+)"  # noqa: RUF001
_NOT: Final = (
    r"(?:\b(?:not|never|cannot|nothing|none|neither|hardly|far from|being|until|till|once|when|if"
    r"|unless|whether|awaiting|waiting for|as soon as"
    r"|(?:will|would|shall|should|must|may|might|can|could|to)\s+(?:be|get|have)"
    r"|to be)|\b\w+n['’]t)\b"  # noqa: RUF001
)
_NO: Final = r"\s*(?:[:=?]|\s-)\s*(?:no|not yet|false)\b"
_UNRESOLVED: Final = (
    rf"(?:\bunresolved\b|\b{_OVER}{_NO}|{_NOT}{_WORDS}{{0,5}}?\s+{_OVER_SAID}\b"
    rf"|{_NOT}{_WORDS}{{0,5}}?\s+(?:fixed|restored|recovered|completed)\b)"
)
_IN_PART: Final = (
    rf"\b(?:{_PARTLY}{_WORDS}{{0,4}}?\s+{_OVER_SAID}"
    rf"|{_OVER_SAID}{_WORDS}{{0,3}}?\s+(?:{_PARTLY}|for (?:some|most|many)))\b"
)
_WILL: Final = rf"\b(?:will|would|shall|going to|plan to){_WORDS}{{0,3}}?\s+"
_DOING: Final = {
    "investigating": "investigating",
    "identified": "identified",
    "monitoring": "monitoring",
    "verifying": "verifying",
    "mitigated": "mitigated",
    "in progress": (
        r"in progress|under ?way"
        r"|(?:maintenance|work|upgrade|migration)s?\s+ha(?:s|ve)\s+(?:now\s+)?(?:started|begun)"
    ),
}


def _forms(before: str, after: str, forms: Iterable[tuple[str, str]]) -> Forms:
    return tuple((status, re.compile(f"{before}(?:{form}){after}", re.I)) for status, form in forms)


_LABELS: Final = (
    ("unresolved", rf"(?:un|not\s+(?:yet\s+|fully\s+)?){_OVER}|{_OVER}{_NO}"),
    ("partially resolved", rf"{_PARTLY}\s+{_OVER}|{_OVER}\s*[(\[,:–-]?\s*{_PARTLY}"),  # noqa: RUF001
    ("resolved", _OVER),
    ("cancelled", "cancell?ed"),
    ("postmortem", "post-?mortem"),
    ("scheduled", "scheduled|planned|upcoming"),
    *_DOING.items(),
)
_LEAD: Final = (
    r"[\W_]*(?:(?:(?:current|latest|new|incident|maintenance)\s+)*"
    r"(?:status|state|update)\s*(?:is\s|[:=–-])[\W_]*)?"  # noqa: RUF001
)
_APART: Final = r"(?=\s*$|\s*[:\])}|/–—]|\s+-|-\s|\.(?:\s|$)|\s*\(|=)"  # noqa: RUF001
_IN_FRONT: Final = _forms(rf"^{_LEAD}", _APART, _LABELS)
_UNMARKED: Final = _forms(rf"^{_LEAD}", rf"{_APART}|^{_LEAD}{_OVER}{_NO}", _LABELS[:1])
_BEHIND: Final = _forms(r"(?:[:|–—(\[]|\s-)\s*", r"[\s\])!.]*$", _LABELS)  # noqa: RUF001
_WORK: Final = "(?:maintenance|upgrade|update|downtime|work|outage|event|migration|window|reboot)s?"
_PLANNED: Final = _forms(
    rf"\b(?:scheduled|planned|upcoming)\s+(?:[\w-]+\s+){{0,3}}?{_WORK}\b",
    "",
    (
        (
            "in progress",
            (
                rf".{{0,60}}?\b(?:{_DOING['in progress']}|ongoing"
                r"|not (?:yet )?(?:been )?(?:fully )?completed)\b"
            ),
        ),
        ("scheduled", ""),
    ),
)
_VERBS: Final = _forms(r"^\W*", r"\b", [*_DOING.items()][:3])
_SENTENCES_OPEN: Final = _forms(r"\b", r"\b", _DOING.items())
_SENTENCES: Final = _forms(
    "",
    "",
    (
        ("partially resolved", _IN_PART),
        ("unresolved", _UNRESOLVED),
        ("resolved", rf"\b{_OVER_SAID}\b"),
    ),
)
_PROMISED: Final = re.compile(rf"{_WILL}(?:{'|'.join(_DOING.values())})\b", re.I)


def labelled(line: str) -> str:
    """The status that stands in front of a line as a label; empty when none does."""
    head = line[:_LONGEST]
    return _first(_UNMARKED, head) or _first(_IN_FRONT, head) or tongues.labelled(head)


def label_of_title(title: str) -> str:
    """The status that a title has as a label, in front or at its end; empty when it has none."""
    end = title[-_LONGEST:]
    return labelled(title) or _first(_BEHIND, end) or tongues.label_behind(end)


def announced(title: str) -> str:
    """`scheduled`, when a title announces work; the verb with which it begins, when it does; else
    empty.
    """
    return _first(_PLANNED, title) or _first(_VERBS, title)


def said(text: str) -> str:
    """The status that sentences tell; empty when they tell none. Of what is not over, it is what is
    done about it.
    """
    ending = _first(_SENTENCES, text)
    doing = _first(_SENTENCES_OPEN, _PROMISED.sub(" ", text))
    return ending if ending == "resolved" else doing or ending or tongues.said(text)


def over(status: str) -> str:
    """The status when it says that an incident is over; else empty."""
    return status if RANKS.get(status, 0) >= OVER_FROM else ""


def _first(forms: Forms, text: str) -> str:
    return next((status for status, form in forms if form.search(text)), "")
