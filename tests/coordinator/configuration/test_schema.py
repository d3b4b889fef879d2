"""The JSON Schema that editors use knows every key and every kind."""

from coordinator.configuration import schema
from coordinator.domain.model.rules import Rules
from tests.coordinator.configuration.conftest import KINDS


def test_a_check_is_one_of_the_kinds_with_its_parameters() -> None:
    definitions = schema(KINDS)["$defs"]
    assert definitions["CheckEntry"] == {"oneOf": [{"$ref": "#/$defs/door-check"}]}
    door = definitions["door-check"]
    assert {"id", "kind", "interval", "timeout", "regions", "borrowed", "url", "knocks"} == set(
        door["properties"]
    )
    assert door["required"] == ["id", "kind", "url"]
    assert door["additionalProperties"] is False


def test_every_threshold_is_there_with_its_promise() -> None:
    judge = schema(KINDS)["$defs"]["Judge"]["properties"]
    assert len(judge) == len(Rules.__dataclass_fields__)
    assert all(entry["description"] for entry in judge.values())
    assert judge["silent_after"]["pattern"]
