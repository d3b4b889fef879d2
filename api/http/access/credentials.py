"""The token in a request: pure."""

from base64 import b64decode
from binascii import Error
from typing import Final

from coordinator.access.token import PREFIX

_LONGEST: Final = 400


def token_in(authorization: str) -> str | None:
    """The token in a header `Authorization`: a bearer's, or the password of a user of any name, for
    readers of feeds that know nothing else. None without one: what is meant for a proxy before us
    is not ours to judge.
    """
    scheme, _, told = authorization.strip().partition(" ")
    text = told.strip()
    if scheme.lower() == "basic":
        text = _password(text)
    elif scheme.lower() != "bearer":
        return None
    return text[:_LONGEST] if text.startswith(PREFIX) else None


def _password(text: str) -> str:
    try:
        pair = b64decode(text[:_LONGEST], validate=True).decode("ascii")
    except (Error, ValueError):
        return ""
    return pair.partition(":")[2]
