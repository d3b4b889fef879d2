"""The OpenAPI document made into a reference: our errors instead of FastAPI's, and a name for every
shape.
"""

from typing import Any, Final

from api.http.answers.errors import MEDIA_TYPE

_SHAPES = "#/components/schemas/"
_WRONG: Final = {
    "description": "`invalid_parameter`",
    "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SHAPES}Problem"}}},
}
"""Every address refuses parameters that it does not know."""
_HELD: Final = {"description": "the client holds it already, as `If-None-Match` says"}
_ALWAYS_NEW: Final = frozenset(
    {"listResults", "listIncidents", "listGaps", "getServiceHistory", "exportDataset"}
)
"""What has no ETag."""


def corrected(schema: dict[str, Any]) -> dict[str, Any]:
    """The document with every error under its media type, and every object as a shape of its
    own.
    """
    for path in schema["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            _correct(responses)
            if "health" not in operation["tags"]:
                responses.setdefault("422", _WRONG)
                responses |= {} if operation["operationId"] in _ALWAYS_NEW else {"304": _HELD}
            operation["responses"] = dict(sorted(responses.items()))
    shapes: dict[str, Any] = schema["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    for shape in list(shapes.values()):
        for name, value in shape.get("properties", {}).items():
            shape["properties"][name] = _named(value, shapes)
    schema["components"]["schemas"] = dict(sorted(shapes.items()))
    return schema


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
