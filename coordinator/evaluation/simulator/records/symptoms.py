"""What a vendor's words say of how much failed, and how."""

import re
from typing import Final

_SENTENCE: Final = re.compile(r"[^.\n]*?\d+(?:\.\d+)?\s?%[^.\n]*")
_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?)\s?%")
_OF_LOOKS: Final = re.compile(
    r"error|fail|loss|unavailab|timeout|time[d]? out|reject|requests|traffic|queries", re.IGNORECASE
)
_OF_OTHERS: Final = re.compile(
    r"rollback|rolled|complete|utili[sz]|availability of|reduction|decrease|projects|customers"
    r" in|progress|recover|CPU",
    re.IGNORECASE,
)
_FAILING: Final = re.compile(
    r"error|fail|unavail|loss|timeout|timing"
    r" out|outage|unable|unreach|reset|inaccess|down\b|5xx|50\d|not (?:be )?able|"
    r"disrupt|connectivity|lost|denied|missing",
    re.IGNORECASE,
)
_SLOW: Final = re.compile(r"laten|delay|slow|throughput|degrad|longer", re.IGNORECASE)


def stated_share(text: str) -> float | None:
    """The largest share of requests that the text says failed; None when it says nothing of the
    kind.
    """
    shares = [
        float(percent) / 100
        for sentence in _SENTENCE.findall(text)
        if _OF_LOOKS.search(sentence) and not _OF_OTHERS.search(sentence)
        for percent in _PERCENT.findall(sentence)
    ]
    usable = [share for share in shares if 0 < share <= 1]
    return max(usable, default=None)


def only_slow(text: str) -> bool:
    """Whether it was slow, and nothing failed."""
    return bool(_SLOW.search(text)) and not _FAILING.search(text)
