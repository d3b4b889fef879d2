"""The JSON Schema of a configuration file, with the parameters of every kind, for editors."""

from typing import Any

from coordinator.configuration.check import Kinds
from coordinator.configuration.model import Document

_REF = "#/$defs/{model}"


def schema(kinds: Kinds) -> dict[str, Any]:
    """JSON Schema (2020-12) as yaml-language-server reads it; a check is one of the kinds."""
    document = Document.model_json_schema(by_alias=True, ref_template=_REF)
    definitions = document["$defs"]
    common = definitions.pop("CheckEntry")
    for name, params in sorted(kinds.items()):
        own = params.model_json_schema(by_alias=True, ref_template=_REF)
        definitions.update(own.pop("$defs", {}))
        definitions[f"{name}-check"] = {
            "title": f"{name} check",
            "description": own.get("description", ""),
            "type": "object",
            "properties": {
                **common["properties"],
                **own.get("properties", {}),
                "kind": {"const": name},
            },
            "required": sorted({"id", "kind", *own.get("required", ())}),
            "additionalProperties": False,
        }
    definitions["CheckEntry"] = {
        "oneOf": [{"$ref": f"#/$defs/{name}-check"} for name in sorted(kinds)]
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **document,
        "title": "Outscope configuration",
    }
