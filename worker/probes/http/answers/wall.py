"""Walls against bots: an answer that a wall gave says nothing about the health of what stands
behind it. Pure.

Headers are the vendors' own, documented signs. Words of a page count only where the answer is not
what was expected and its status is one that walls answer with: ordinary pages may load a wall's
scripts, too.
"""

import re
from collections.abc import Mapping
from typing import Final

from worker.contract.outcome import Blame, Fault, Reason

_SIGNS: Final = {
    "cf-mitigated": "Cloudflare",
    "x-amzn-waf-action": "AWS WAF",
    "x-vercel-mitigated": "Vercel",
    "x-sucuri-block": "Sucuri",
}
_PAGES: Final = re.compile(
    rb"(?P<Cloudflare><title>(?:Just a moment\.\.\.|Attention Required! \| Cloudflare)"
    rb"|error code: 10(?:0[5-9]|1[0-3]|20)\b)"
    rb"|(?P<Akamai>errors\.edgesuite\.net|Access Denied</TITLE>[\s\S]{0,600}Reference&#32;&#35;)"
    rb"|(?P<Imperva>Incapsula incident ID)"
    rb"|(?P<DataDome>captcha-delivery\.com)"
    rb"|(?P<HUMAN>px-captcha)"
    rb"|(?P<AWS_WAF>gokuProps)"
    rb"|(?P<Azure><h2>The request is blocked\.</h2>)"
    rb"|(?P<Sucuri>Sucuri WebSite Firewall)"
)
STATUSES: Final = frozenset({200, 202, 401, 403, 405, 406, 418, 429, 503})
"""What walls answer with."""
PAGE: Final = 16_384
"""Bytes of a page that are looked through."""


def wall_fault(status: int, vendor: str) -> Fault:
    """What the answer of a wall says: that it does not want this prober, and nothing of the
    target.
    """
    return Reason.BLOCKED, Blame.PROBER, f"status {status}: a wall against bots ({vendor}) answered"


def wall_by_headers(headers: Mapping[str, str]) -> str | None:
    """Whose wall gave this answer, by headers that `edge` noted; None when none says so."""
    return next((vendor for name, vendor in _SIGNS.items() if name in headers), None)


def wall_by_page(status: int, body: bytes) -> str | None:
    """Whose wall gave this unexpected answer, by its words; None when they are nobody's."""
    if status not in STATUSES:
        return None
    found = _PAGES.search(body[:PAGE])
    return None if found is None or found.lastgroup is None else found.lastgroup.replace("_", " ")
