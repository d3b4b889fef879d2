"""Each part of JSON Schema that our document uses has a declaration, and others are refused."""

from typing import Any

import pytest

from infra.dev.typescript import UnknownSchemaError, declarations


def of(shape: dict[str, Any]) -> str:
    """The declaration of one shape."""
    document = {
        "openapi": "3.1.0",
        "info": {"version": "1"},
        "components": {"schemas": {"Thing": shape}},
        "paths": {},
    }
    return declarations(document)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "minimum": 1}, "number"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string | null"),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, "number"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, "Thing[]"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, '("a" | "b")[]'),
        ({"type": "array", "prefixItems": [{"type": "string"}, {}]}, "[string, unknown]"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "Record<string, number>"),
        ({"type": "object"}, "Record<string, unknown>"),
        ({"const": 'a"b'}, '"a\\"b"'),
        ({"type": ["string", "null"]}, "string | null"),
        ({"title": "Anything"}, "unknown"),
    ],
)
def test_a_schema_is_a_type(schema: dict[str, Any], expected: str) -> None:
    shape = {"properties": {"a-b": schema, "c": schema}, "required": ["c"]}
    assert f'  "a-b"?: {expected};\n  c: {expected};\n' in of(shape)
    assert f"export type Thing = {expected};" in of(schema)


def test_text_ends_no_comment() -> None:
    assert "/** a *\\/ b */\n" in of({"type": "string", "description": "a */\nb"})


def test_what_is_not_known_is_not_guessed() -> None:
    with pytest.raises(UnknownSchemaError, match="allOf"):
        of({"allOf": [{"type": "string"}]})
