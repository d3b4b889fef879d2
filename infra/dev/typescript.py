"""The shapes of the OpenAPI document as TypeScript declarations. Our document uses a small part of
JSON Schema: what it does not use is refused rather than guessed.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Schema = Mapping[str, Any]

NOTICE: Final = """\
// Written by `make reference` from the code; edit the code instead.
// Fields and words may be added within `v1`: ignore those that you do not know.
"""
_PLAIN: Final = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*")
_SAID: Final = frozenset(
    {"title", "description", "examples", "default", "format", "pattern", "deprecated"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "propertyNames"}
    | {"minProperties", "maxProperties", "contentMediaType", "required"}
)
"""What TypeScript has no word for, or is said elsewhere."""


class UnknownSchemaError(ValueError):
    """The document uses something that has no declaration here yet."""


def declarations(document: Schema) -> str:
    """The file: every shape by its name, what each address answers, and what may stand behind `?`
    in it. UnknownSchemaError for a part of JSON Schema that is not known here.
    """
    shapes = document["components"]["schemas"]
    parts = [_declared(name, shape) for name, shape in shapes.items()]
    answers = [*_answers(document["paths"])]
    queries = [*_queries(document["paths"])]
    return "\n".join(
        (
            f"{NOTICE}// OpenAPI {document['openapi']}, Outscope {document['info']['version']}\n",
            *parts,
            '/** What `GET` answers as JSON, by address: `Answers["/v1/services"]`. */',
            _interface("Answers", answers),
            "/** What may stand behind `?` of a `GET`, by address. */",
            _interface("Queries", queries),
        )
    )


def _declared(name: str, shape: Schema) -> str:
    if "properties" in shape:
        return _comment(shape) + _interface(name, _fields(shape))
    return f"{_comment(shape)}export type {name} = {_type(shape)};\n"


def _interface(name: str, lines: Sequence[str]) -> str:
    return "\n".join((f"export interface {name} {{", *lines, "}\n"))


def _fields(shape: Schema) -> list[str]:
    required = shape.get("required", ())
    found = [
        f"{_comment(of, '  ')}  {_key(name)}{'' if name in required else '?'}: {_type(of)};"
        for name, of in shape["properties"].items()
    ]
    more = shape.get("additionalProperties", False)
    return [*found, "  [more: string]: unknown;"] if more else found


def _answers(paths: Mapping[str, Mapping[str, Schema]]) -> Iterator[str]:
    for path, methods in paths.items():
        good = methods.get("get", {}).get("responses", {}).get("200", {})
        schema = good.get("content", {}).get("application/json", {}).get("schema")
        if schema:
            yield f"  {json.dumps(path)}: {_type(schema)};"


def _queries(paths: Mapping[str, Mapping[str, Schema]]) -> Iterator[str]:
    for path, methods in paths.items():
        given = methods.get("get", {}).get("parameters", ())
        asked = [_parameter(one) for one in given if one["in"] == "query"]
        if asked:
            yield f"  {json.dumps(path)}: {{ {'; '.join(asked)} }};"


def _parameter(one: Schema) -> str:
    # null is only how Python says that it is left out
    told = _type(one["schema"]).removesuffix(" | null")
    return f"{_key(one['name'])}{'' if one.get('required') else '?'}: {told}"


def _type(schema: Schema) -> str:
    """A type as TypeScript writes it."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return " | ".join(dict.fromkeys(map(_type, choices)))
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(map(json.dumps, schema["enum"]))
    return _of_kind(schema)


def _of_kind(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(_type({**schema, "type": one}) for one in kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == "array":
        return _list(schema)
    if kind == "object":
        return _object(schema)
    strange = schema.keys() - _SAID
    if strange:
        raise UnknownSchemaError(f"{sorted(strange)} of {schema!r} is not known here; declare it")
    return "unknown"


def _list(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(map(_type, schema['prefixItems']))}]"
    one = _type(schema.get("items", {}))
    return f"({one})[]" if " | " in one else f"{one}[]"


def _object(schema: Schema) -> str:
    if "properties" in schema:
        return f"{{ {' '.join(line.strip() for line in _fields(schema))} }}"
    more = schema.get("additionalProperties", True)
    return f"Record<string, {_type(more) if isinstance(more, dict) else 'unknown'}>"


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else json.dumps(name)


def _comment(schema: Schema, indent: str = "") -> str:
    said = " ".join(schema.get("description", "").split()).replace("*/", "*\\/")
    return f"{indent}/** {said} */\n" if said else ""
