"""What to do when the broker refuses a login or a permission, which no waiting mends."""

from collections.abc import Iterator
from typing import Final

from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError

_LOGIN: Final = (
    "; the broker refused the login: see user and password in OUTSCOPE_BROKER, and whether the"
    " broker's access list has a user for this region (outscope broker acl); a worker that joined"
    " was revoked, or its key replaced (outscope worker list)"
)
_RIGHTS: Final = (
    "; the broker refused a permission: see whether --region is the region of this user, spelled"
    " as in the configuration, and renew the broker's access list (outscope broker acl)"
)
_LOGIN_WORDS: Final = ("WRONGPASS", "NOAUTH", "invalid username-password", "invalid password")


def advice(error: BaseException) -> str:
    """What to see to, to be put behind the error; empty when this is no refusal of a login or a
    permission.
    """
    chain = list(_causes(error))
    if any(isinstance(one, NoPermissionError) for one in chain):
        return _RIGHTS
    return _LOGIN if any(map(_is_login, chain)) else ""


def _is_login(error: BaseException) -> bool:
    if isinstance(error, AuthenticationError):
        return True
    return isinstance(error, ResponseError) and any(word in str(error) for word in _LOGIN_WORDS)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
