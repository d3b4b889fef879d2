"""What the guide gives to other programs names what is there."""

import re
from pathlib import Path
from typing import get_type_hints

import yaml

from api.documents.state import ServiceState
from api.http.access.table import table
from api.http.app import create_app
from api.http.settings import ApiSettings

PAGE = Path(__file__).parents[2] / "docs/how-to/show-a-service-elsewhere.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_sensor_reads_fields_that_there_are() -> None:
    [block] = BLOCK.findall(TEXT)
    [rest] = yaml.safe_load(block)["rest"]
    [sensor] = rest["sensor"]
    fields = get_type_hints(ServiceState)
    assert set(sensor["json_attributes"]) < fields.keys()
    assert re.findall(r"value_json\.(\w+)", sensor["value_template"]) == ["state"]
    assert "state" in fields


def test_every_address_is_one() -> None:
    paths = {line.path for line in table(create_app(ApiSettings("sqlite://unused.db")))}
    told = re.findall(r"/v1/[\w./{}-]+", TEXT)
    assert len(told) > 10
    for address in told:
        named = re.sub(r"/(services|regions)/[\w-]+", r"/\1/{id}", address)
        assert named in paths or any(path.startswith(f"{named}/") for path in paths), address
