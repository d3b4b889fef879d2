"""Checks as clients get them: whole where nothing can be a secret, else looks that only reach."""

import json
from typing import Any

import pytest

from api.configuration import parameter_models
from api.documents.handed_out import MOST, handed_out
from coordinator.domain.model.topology import Check
from worker.contract.message import CheckSpec
from worker.probes.run import parse_spec

SECRET = "hunter2"
KEY = "${env:OUTSCOPE_SECRET_ANTHROPIC}"


def check(kind: str, **params: Any) -> Check:
    return Check("a-check", "shop", "api", kind, 30_000, 30_000, ("eu-west",), params)


def handed(one: Check) -> Any:
    found = handed_out([one], parameter_models())
    return found[0] if found else None


@pytest.mark.parametrize(
    "one",
    [
        check("http", url="https://shop.example.com/health", expect={"status": [200, 401]}),
        check("http", url="http://captive.example.com/x", redirects=0, expect={"body": "Success"}),
        check("tcp", host="shop.example.com", port=443),
        check("dns", name="a.root-servers.net", server="1.1.1.1"),
        check("tls", host="shop.example.com"),
        check("icmp", host="shop.example.com"),
    ],
)
def test_what_holds_no_secret_is_handed_out_whole(one: Check) -> None:
    found = handed(one)
    assert (found["kind"], found["params"], found["reaches_only"]) == (one.kind, one.params, False)
    assert (found["of"], found["timeout_ms"]) == ("shop/api", 10_000)


@pytest.mark.parametrize(
    ("one", "kind", "where"),
    [
        (
            check("http", url="https://shop.example.com/a", headers={"x-api-key": SECRET}),
            "http",
            "https://shop.example.com/a",
        ),
        (
            check("http", url="https://shop.example.com/a", auth={"bearer": KEY}),
            "http",
            "https://shop.example.com/a",
        ),
        (
            check("http", url=f"https://shop.example.com/a?token={SECRET}"),
            "http",
            "https://shop.example.com/a",
        ),
        (
            check("http", url="https://shop.example.com/a", expect={"json": {"secret": SECRET}}),
            "http",
            "https://shop.example.com/a",
        ),
        (
            check("http", url="https://shop.example.com/a", method="POST", body=SECRET),
            "http",
            "https://shop.example.com/a",
        ),
        (
            check("llm", api="anthropic", model="claude-haiku-4-5", key=KEY),
            "http",
            "https://api.anthropic.com:443/",
        ),
        (check("websocket", url="wss://shop.example.com/feed", send=SECRET), "http", None),
        (check("tcp", host="shop.example.com", port=6379, send=f"AUTH {SECRET}"), "tcp", None),
    ],
)
def test_what_may_hold_one_becomes_a_look_that_only_reaches(
    one: Check, kind: str, where: str | None
) -> None:
    found = handed(one)
    assert (found["kind"], found["reaches_only"]) == (kind, True)
    assert where is None or found["params"]["url"] == where
    assert SECRET not in json.dumps(found)
    assert "${" not in json.dumps(found)


def test_a_secret_in_an_address_is_told_nowhere() -> None:
    found = handed(check("http", url=f"https://user:{SECRET}@shop.example.com/a#b"))
    assert found["params"]["url"] == "https://shop.example.com/a"


def test_every_look_that_is_handed_out_can_be_made() -> None:
    for one in (
        check("http", url="https://shop.example.com/a", headers={"x": SECRET}),
        check("llm", api="openai", model="gpt-5-mini", key=KEY),
        check("tcp", host="shop.example.com", port=6379, send=SECRET),
    ):
        found = handed(one)
        spec = CheckSpec(
            id=found["check"],
            kind=found["kind"],
            interval_ms=found["timeout_ms"],
            timeout_ms=found["timeout_ms"],
            params=found["params"],
        )
        assert parse_spec(spec.model_dump_json()).targets


def test_what_names_nobody_is_left_out_and_there_are_never_too_many() -> None:
    assert handed(check("nosuch", anything=1)) is None
    many = [check("tcp", host="shop.example.com", port=443)] * (MOST + 5)
    assert len(handed_out(many, parameter_models())) == MOST
