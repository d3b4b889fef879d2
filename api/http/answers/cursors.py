"""Cursors as clients see them: each belongs to its list and to what was asked of it.

A cursor of another list, or of other filters, would leave things out without a word.
"""

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

from fastapi import Request

from api.http.answers.encoding import encode
from api.http.answers.errors import ProblemError
from coordinator.store.paging import position

_INT64: Final = 2**63
_ID: Final = re.compile(r"[ -~]*")
_FREE: Final = frozenset({"cursor", "limit"})
"""Parameters that say how much is read from where, and not what."""


def bound(request: Request, cursor: str | None, free: frozenset[str] = _FREE) -> str | None:
    """A cursor to give out, which is taken only at this address with these parameters; `free` ones
    may differ.
    """
    return None if cursor is None else f"{_query_of(request, free)}.{cursor}"


def unbound(request: Request, cursor: str | None, free: frozenset[str] = _FREE) -> str | None:
    """What was bound, or the problem `bad_cursor` when it was bound to something else."""
    if cursor is None:
        return None
    query, dot, inner = cursor.partition(".")
    if not dot:
        raise bad(cursor)
    if query != _query_of(request, free):
        raise ProblemError(
            "bad_cursor",
            f"{cursor[:40]!r} is a cursor of another list, or of other parameters than these; it"
            " goes on with the query that gave it out, and with no other",
        )
    return inner


def checked(request: Request, cursor: str | None, *, numbered: bool = False) -> str | None:
    """The position behind which the next page of this list begins; `numbered` when the ids of its
    items are numbers.
    """
    inner = unbound(request, cursor)
    if inner is None:
        return None
    try:
        at, identifier = position(inner)
        number = int(identifier) if numbered else at
    except ValueError:
        raise bad(str(cursor)) from None
    if max(abs(at), abs(number)) >= _INT64 or not _ID.fullmatch(identifier):
        raise bad(str(cursor))
    return inner


def bad(cursor: str) -> ProblemError:
    """The problem of a cursor that we did not make."""
    return ProblemError(
        "bad_cursor", f"{cursor[:40]!r} is not a cursor; take `next` of a page, and the same query"
    )


def _query_of(request: Request, free: frozenset[str]) -> str:
    """What is asked, in short."""
    usual: Mapping[str, str] = _defaults(request)
    given = sorted(
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in free and value != usual.get(name)
    )
    asked = [request.scope["route"].path, request.path_params, given]
    return blake2b(encode(asked), digest_size=6).hexdigest()


def _defaults(request: Request) -> dict[str, str]:
    """A parameter that says what goes without saying asks for nothing else."""
    described = request.app.openapi()["paths"][request.scope["route"].path]["get"]
    found = {
        parameter["name"]: parameter["schema"].get("default")
        for parameter in described.get("parameters", ())
    }
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in found.items()
        if value is not None
    }
