"""How the problems of an address are shown in OpenAPI."""

from typing import Any, Final

from api.documents.problem import Problem
from api.http.answers.errors import PROBLEMS


def refused(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The entries of `responses` for these statuses, with the codes that each may carry."""
    return {status: {"model": Problem, "description": _codes(status)} for status in statuses}


def _codes(status: int) -> str:
    return " or ".join(f"`{code}`" for code, entry in PROBLEMS.items() if entry.status == status)


MISSING: Final = refused(404)
FILTERED: Final = refused(400, 422)
"""Of addresses with filters and cursors."""
