"""Links that let one stranger do one thing: signed, and good until a moment or for as long as their
key is.
"""

import hmac
import re
from base64 import b64encode, urlsafe_b64encode
from secrets import token_bytes
from typing import Final

from worker.contract.instant import Instant

CONFIRM: Final = "confirm"
UNSUBSCRIBE: Final = "unsubscribe"
_FORM: Final = re.compile(r"([0-9a-f]{1,32})\.([0-9a-f]{1,12})\.([A-Za-z0-9_-]{43})")


def new_key() -> str:
    """A key of a stranger's own, of 32 bytes; it signs webhooks to it as well."""
    return b64encode(token_bytes(32)).decode()


def signed(key: str, purpose: str, subject: str, until: Instant = 0) -> str:
    """The part of a link that nobody else can make; 0 is without an end."""
    return f"{subject}.{until:x}.{_mac(key, purpose, subject, until)}"


def subject_of(token: str) -> str:
    """Of whom it is, whether it is good or not; empty when it is none."""
    found = _FORM.fullmatch(token)
    return found[1] if found else ""


def is_good(token: str, key: str, purpose: str, at: Instant) -> bool:
    """Whether it was signed with this key for this purpose, and its time is not over."""
    found = _FORM.fullmatch(token)
    if found is None:
        return False
    until = int(found[2], 16)
    same = hmac.compare_digest(found[3], _mac(key, purpose, found[1], until))
    return same and (until == 0 or at < until)


def _mac(key: str, purpose: str, subject: str, until: Instant) -> str:
    told = f"{purpose}\n{subject}\n{until}".encode()
    return urlsafe_b64encode(hmac.digest(key.encode(), told, "sha256")).decode().rstrip("=")
