"""The OpenAPI document is good enough to be the reference."""

import json
import re
from typing import Any

import httpx
import pytest


@pytest.fixture
async def openapi(api: httpx.AsyncClient) -> Any:
    """The document as a client gets it."""
    return (await api.get("/v1/openapi.json")).json()


async def test_every_operation_has_an_id_a_text_and_a_shape(openapi: Any) -> None:
    operations = [operation for path in openapi["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert len(operation["description"]) > 30, operation["operationId"]
        good = [told for status, told in operation["responses"].items() if status[0] == "2"]
        if not {"204", "303"}.isdisjoint(operation["responses"]):
            continue
        content = good[0]["content"]
        assert content, operation["operationId"]
        document = content.get("application/json", {})
        if "schema" in document:  # else it is a stream
            assert "$ref" in document["schema"], operation["operationId"]


async def test_every_parameter_and_shape_is_described(openapi: Any) -> None:
    for path in openapi["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                about = (
                    parameter.get("description")
                    or parameter["schema"].get("description")
                    or "enum" in str(parameter)
                )
                assert about or parameter["name"] in ("ok", "reason"), (
                    operation["operationId"],
                    parameter["name"],
                )
    for name, schema in openapi["components"]["schemas"].items():
        assert schema.get("description"), name


async def test_every_shape_has_a_name_and_every_reference_leads_somewhere(openapi: Any) -> None:
    shapes = openapi["components"]["schemas"]
    assert {"ListedResult", "ServiceView", "GapView", "CellView", "Mistake"} <= shapes.keys()
    assert set(re.findall(r"#/components/schemas/([^\"]+)", json.dumps(openapi))) <= shapes.keys()
    assert not any("_" in name for name in shapes)


async def test_errors_are_problems_and_nothing_else(openapi: Any) -> None:
    assert "HTTPValidationError" not in openapi["components"]["schemas"]
    for path in openapi["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"]
                    assert "`" in answer["description"], (operation["operationId"], status)
