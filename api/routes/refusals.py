"""How the problems of an address are shown in OpenAPI."""

from typing import Any, Final

from api.errors import MEDIA_TYPE, PROBLEMS
from api.views.problem import Problem


def refused(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The entries of `responses` for these statuses, with the codes that each may carry."""
    return {status: {"model": Problem, "description": _codes(status)} for status in statuses}


def _codes(status: int) -> str:
    return " or ".join(f"`{code}`" for code, entry in PROBLEMS.items() if entry.status == status)


def as_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with every error under its media type, and without the errors of FastAPI's own shape."""
    for path in schema["paths"].values():
        for operation in path.values():
            _correct(operation["responses"])
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
    return schema


def _correct(responses: dict[str, Any]) -> None:
    for status, entry in list(responses.items()):
        if entry.get("description") == "Validation Error":
            del responses[status]  # FastAPI's own, where we declared none: no text is a wrong id, it is only not found
        elif int(status) >= 400:
            entry["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


MISSING: Final = refused(404)
FILTERED: Final = refused(400, 422)
"""Of addresses with filters and cursors."""
