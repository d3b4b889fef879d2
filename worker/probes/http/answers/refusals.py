"""Answers over HTTP that speak of this prober or its network, and not of the target's health: what
they mean, for every kind that is answered so. Pure.
"""

import re
from collections.abc import Mapping
from typing import Final

from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.http.answers.wall import (
    PAGE,
    STATUSES,
    wall_by_headers,
    wall_by_page,
    wall_fault,
)

__all__ = ["PAGE", "TELLING_PAGES", "refusal", "refusal_by_page", "refusal_by_status"]

_CERTIFICATE: Final = "the target wants a client certificate, or another one"
_TO_STRANGERS: Final = {
    401: (
        Reason.UNAUTHORIZED,
        "the target wants credentials, and this check sends none",
    ),
    403: (Reason.BLOCKED, "the target does not let this prober in"),
    407: (Reason.UNAUTHORIZED, "a proxy on the way wants credentials"),
    429: (Reason.RATE_LIMITED, "the target limits how often this prober may ask"),
    451: (Reason.BLOCKED, "the target is not shown here for legal reasons"),
    # nginx's own codes, which some servers behind it send out
    495: (Reason.UNAUTHORIZED, _CERTIFICATE),
    496: (Reason.UNAUTHORIZED, _CERTIFICATE),
    511: (Reason.BLOCKED, "the network of this worker wants a login first"),
}
_OTHER_CREDENTIALS: Final = (
    Reason.UNAUTHORIZED,
    "the target wants other credentials than ours",
)
_TO_KNOWN: Final = _TO_STRANGERS | {401: _OTHER_CREDENTIALS, 403: _OTHER_CREDENTIALS}
"""What statuses say to whom the target does not know, and to whom it could."""
_CERTIFICATE_PAGE: Final = re.compile(
    rb"No required SSL certificate was sent|<title>400 The SSL certificate error</title>"
)
"""What nginx answers with 400 when it wants a client certificate."""
TELLING_PAGES: Final = STATUSES | {400}
"""Statuses of unexpected answers whose page may say more."""


def refusal_by_status(status: int, *, credentials: bool) -> Fault | None:
    """What a status says of us; None when it says nothing of us. `credentials`: we sent some."""
    found = (_TO_KNOWN if credentials else _TO_STRANGERS).get(status)
    if found is None:
        return None
    reason, meaning = found
    return reason, Blame.PROBER, f"status {status}: {meaning}"


def refusal_by_page(status: int, body: bytes) -> Fault | None:
    """What the page of an unexpected answer says of us: a wall's, or one that asks for a client
    certificate.
    """
    if status == 400 and _CERTIFICATE_PAGE.search(body[:PAGE]):
        return Reason.UNAUTHORIZED, Blame.PROBER, f"status {status}: {_CERTIFICATE}"
    vendor = wall_by_page(status, body)
    return None if vendor is None else wall_fault(status, vendor)


def refusal(
    status: int, noted: Mapping[str, str], body: bytes, *, credentials: bool
) -> Fault | None:
    """What an answer that is not well says of us, by its headers of note, its page or its status;
    None when it is about the target.
    """
    vendor = wall_by_headers(noted)
    if vendor is not None:
        return wall_fault(status, vendor)
    return refusal_by_page(status, body) or refusal_by_status(status, credentials=credentials)
