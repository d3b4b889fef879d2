"""What to do when the broker refuses a login or a permission, which no waiting mends."""

from collections.abc import Iterator
from typing import Final

from worker.messaging.away import KeyRefusedError

_KEY: Final = (
    "; the relay refused the key: this worker was revoked or removed, or its key replaced (outscope"
    " worker list)"
)
_LOGIN: Final = (
    "; the broker refused the login: see user and password in OUTSCOPE_BROKER, and whether the"
    " broker's access list has a user for this region (outscope broker acl); a worker that joined"
    " was revoked, or its key replaced (outscope worker list)"
)
_RIGHTS: Final = (
    "; the broker refused a permission: see whether --region is the region of this user, spelled"
    " as in the configuration, and renew the broker's access list (outscope broker acl)"
)
_LOGIN_WORDS: Final = (
    "Login was refused",
    "access to vhost",
    "WRONGPASS",
    "NOAUTH",
    "invalid username-password",
    "invalid password",
)


def advice(error: BaseException) -> str:
    """What to see to, to be put behind the error; empty when this is no refusal of a login or a
    permission.
    """
    if isinstance(error, KeyRefusedError):
        return _KEY
    chain = list(_causes(error))
    if any(map(_is_right, chain)):
        return _RIGHTS
    return _LOGIN if any(map(_is_login, chain)) else ""


def _is_right(error: BaseException) -> bool:
    from amqp.exceptions import AccessRefused  # late: a relay needs no client of the broker
    from redis.exceptions import NoPermissionError

    refused = isinstance(error, AccessRefused) and not _is_login(error)
    return refused or isinstance(error, NoPermissionError)


def _is_login(error: BaseException) -> bool:
    from amqp.exceptions import AccessRefused
    from redis.exceptions import AuthenticationError, ResponseError

    if isinstance(error, AuthenticationError):
        return True
    said = str(error) if isinstance(error, (ResponseError, AccessRefused)) else ""
    return any(word in said for word in _LOGIN_WORDS)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
