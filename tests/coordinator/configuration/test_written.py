"""What a stored configuration says as a file would: loading that gives the same again."""

import json
from collections.abc import Callable

from coordinator.configuration import Configuration, written

Load = Callable[[str], Configuration]
FILE = """
regions:
  - {id: eu-west, country: IE}
  - {id: us-east, country: US}
services:
  - id: shop
    hold_opening: 30s
    depends_on: [bank]
    keep: {results: 7d}
    components:
      - id: web
        checks: [{id: shop-web, kind: door, url: "http://shop.example.com", interval: 45s}]
  - id: bank
    components:
      - id: api
        checks: [{id: bank-api, kind: door, url: "http://bank.example.com", timeout: 2s}]
  - id: internet
    role: reference
    components:
      - id: dns
        checks: [{id: dns, kind: door, url: "http://dns.example.com"}]
judge: {silent_after: 90s, resolve_after: 4m, resolve_after_slots: 4}
maintenance:
  - {id: nights, title: Nights, services: [shop], from: "2026-03-01T02:00:00", for: 2h}
"""


def test_every_value_of_it_can_be_read_again(load: Load) -> None:
    found = load(FILE)
    told = written(found.document)
    assert told["judge"] == {
        "silent_after": "90s",
        "resolve_after": "4m",
        "resolve_after_slots": 4,
    }
    assert told["services"][0]["hold_opening"] == "30s"
    assert load(json.dumps(told)).document == found.document
