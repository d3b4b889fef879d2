"""What an answer's headers tell besides the answer: which edge gave it, which wall stood in the
way. Pure.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_NOTED: Final = re.compile(
    rb"^(cf-ray|x-amz-cf-pop|via|x-served-by|x-vercel-id|cf-mitigated|x-amzn-waf-action|x-vercel-mitigated"
    rb"|x-sucuri-block|retry-after):[ \t]*([\x21-\x7e][\x20-\x7e]{0,119})",
    re.I | re.M,
)
_BEGINNINGS: Final = frozenset({b"cf-", b"x-a", b"via", b"x-s", b"x-v", b"ret"})
"""The first three letters of these headers."""
_KEPT: Final = ("cf-ray", "x-amz-cf-pop", "via", "x-served-by", "x-vercel-id")
"""Headers that are kept as they are: a vendor's support asks for them."""


def noted(lines: Iterable[bytes]) -> Mapping[str, str]:
    """The headers that this module and its neighbours know, by name in lower case; of repeated
    ones, the last.
    """
    # most answers have no such header, and a look at the first letters is a third of the search
    likely = [line for line in lines if line[:3].lower() in _BEGINNINGS]
    if not likely:
        return {}
    found = _NOTED.findall(b"".join(likely))
    return {name.decode("ascii").lower(): value.decode("ascii").strip() for name, value in found}


def extra_of(headers: Mapping[str, str]) -> dict[str, Any]:
    """The edge that answered, as `extra` tells it: `edge` names a place, and the vendor's own words
    stand beside.
    """
    extra: dict[str, Any] = {name: headers[name] for name in _KEPT if name in headers}
    place = edge_of(headers)
    if place is not None:
        extra["edge"] = place
    return extra


def edge_of(headers: Mapping[str, str]) -> str | None:
    """The place of the network that answered, such as `cloudflare FRA`; the same for all who are
    answered from there.

    `via` names software and no place, so it makes no edge.
    """
    if (ray := headers.get("cf-ray")) and "-" in ray:
        return f"cloudflare {ray.rpartition('-')[2]}"
    if pop := headers.get("x-amz-cf-pop"):
        return f"cloudfront {pop}"
    if (served := headers.get("x-served-by")) and "cache-" in served:
        # of several caches, the last one is the nearest to us
        return f"fastly {served.rpartition('-')[2]}"
    if (passed := headers.get("x-vercel-id")) and "::" in passed:
        return f"vercel {passed.partition('::')[0]}"
    return None
