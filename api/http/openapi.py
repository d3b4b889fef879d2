"""The OpenAPI document made into a reference: our errors instead of FastAPI's, and a name for every
shape.
"""

from collections.abc import Iterable, Set
from typing import Any, Final

from api.documents.markdown import kind_of
from api.documents.markdown.text import MEDIA_TYPE as MARKDOWN
from api.http.access.door import Requires
from api.http.access.table import Line
from api.http.answers.errors import MEDIA_TYPE
from api.http.answers.refusals import refused
from coordinator.access.scopes import Scope

_SHAPES = "#/components/schemas/"
_WRONG: Final = {
    "description": "`invalid_parameter`",
    "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SHAPES}Problem"}}},
}
"""Every address refuses parameters that it does not know."""
_HELD: Final = {"description": "the client holds it already, as `If-None-Match` says"}
_GOING: Final = {
    "Deprecation": {
        "description": "since when it is deprecated (RFC 9745)",
        "schema": {"type": "string", "examples": ["@1796083200"]},
    },
    "Sunset": {
        "description": "until when it answers at least (RFC 8594)",
        "schema": {"type": "string", "examples": ["Tue, 01 Jun 2027 00:00:00 GMT"]},
    },
}
"""The headers of an address that goes away."""
_SCHEMES: Final = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "os_...",
        "description": "a token of `outscope token create`; the scope stands beside it. Reading"
        " takes none where `OUTSCOPE_ACCESS` is `open`, or not set on loopback",
    }
}
_ALWAYS_NEW: Final = frozenset(
    {
        "listResults",
        "listIncidents",
        "listGaps",
        "getServiceHistory",
        "exportDataset",
        "listTokens",
        "getSession",
        "beginSignIn",
        "endSignIn",
        "listAudit",
    }
)
"""What has no ETag."""


def corrected(
    schema: dict[str, Any], lines: Iterable[Line], unasked: Set[Scope] = frozenset()
) -> dict[str, Any]:
    """The document with every error under its media type, every object as a shape of its own, and
    the scope that each address asks for: nobody is asked for the scopes that are `unasked`.
    """
    known = {line.operation: line for line in lines}
    for address, path in schema["paths"].items():
        for method, operation in path.items():
            responses = operation["responses"]
            _tell(operation, known.get(operation["operationId"]), unasked)
            if method == "get" and kind_of(address) is not None:
                responses["200"]["content"][MARKDOWN] = {"schema": {"type": "string"}}
            _correct(responses)
            if "health" not in operation["tags"]:
                responses.setdefault("422", _WRONG)
                new = method != "get" or operation["operationId"] in _ALWAYS_NEW
                responses |= {} if new else {"304": _HELD}
            operation["responses"] = dict(sorted(responses.items()))
    schema["components"]["securitySchemes"] = _SCHEMES
    shapes: dict[str, Any] = schema["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    for path in schema["paths"].values():
        for operation in path.values():
            _shape_body(operation.get("requestBody", {}), shapes)
    for shape in list(shapes.values()):
        for name, value in shape.get("properties", {}).items():
            shape["properties"][name] = _named(value, shapes)
    schema["components"]["schemas"] = dict(sorted(shapes.items()))
    return schema


def _tell(operation: dict[str, Any], line: Line | None, unasked: Set[Scope]) -> None:
    if line is None:
        return
    _ask(operation, line.asks, unasked)
    if line.deprecated is not None:
        operation["deprecated"] = True
        operation["description"] += f"\n\n{line.deprecated.sentence}"
        for status, entry in operation["responses"].items():
            if int(status) < 300:
                entry["headers"] = {name: {**told} for name, told in _GOING.items()}


def _ask(operation: dict[str, Any], asks: object, unasked: Set[Scope]) -> None:
    if isinstance(asks, Requires):
        nobody: list[dict[str, list[str]]] = (
            [{}] if asks.unless_public or asks.scope in unasked else []
        )
        operation["security"] = [{"token": [asks.scope]}, *nobody]
        for status, entry in refused(401, 403, 429).items():
            operation["responses"].setdefault(str(status), {"description": entry["description"]})


def _shape_body(body: dict[str, Any], shapes: dict[str, Any]) -> None:
    """Move the shapes that a body defines for itself to those of the document."""
    for content in body.get("content", {}).values():
        parts = content["schema"].pop("$defs", {})
        for name, part in parts.items():
            shapes[name] = _referring(part)
        content["schema"] = _referring(content["schema"])


def _referring(value: Any) -> Any:
    """The value with references to the shapes of the document."""
    if isinstance(value, dict):
        return {key: _referring(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_referring(part) for part in value]
    return value.replace("#/$defs/", _SHAPES) if isinstance(value, str) else value


def _correct(responses: dict[str, Any]) -> None:
    for status, entry in list(responses.items()):
        if entry.get("description") == "Validation Error":
            # FastAPI's own, where we declared none: no text is a wrong id, it is only not found
            del responses[status]
        elif int(status) >= 400:
            entry["content"] = {MEDIA_TYPE: {"schema": {"$ref": f"{_SHAPES}Problem"}}}


def _named(value: Any, shapes: dict[str, Any]) -> Any:
    """The value with every object in it moved to the shapes: pydantic writes those that are used
    once in place.
    """
    if isinstance(value, list):
        return [_named(part, shapes) for part in value]
    if not isinstance(value, dict):
        return value
    found = {key: _named(part, shapes) for key, part in value.items()}
    if "properties" not in found or "title" not in found:
        return found
    shapes.setdefault(found["title"], found)
    return {"$ref": f"{_SHAPES}{found['title']}"}
