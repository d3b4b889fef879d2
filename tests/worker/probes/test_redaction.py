"""A target that says our secrets back does not make us tell them, whatever the kind of check."""

import base64
import json
from dataclasses import asdict
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.probes.conftest import Listen, LookAt
from tests.worker.probes.raw_server import raw_server
from worker.contract.outcome import Blame, Outcome, Reason, Step
from worker.probes.redaction import redacted

SECRET = "sk-live-" + "Ab9_" * 30
PLACE = "${env:OUTSCOPE_SECRET_SHOP}"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_SHOP", SECRET)


def told(outcome: Outcome) -> str:
    return json.dumps(asdict(outcome), default=dict)


def http(*lines: str, body: str = "") -> bytes:
    head = "".join(f"{line}\r\n" for line in lines)
    return f"HTTP/1.1 {head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


BACK = {
    "body": http("200 OK", body=json.dumps({"state": f"Bearer {SECRET}"})),
    "header": http("200 OK", f"Server: {SECRET}"),
    "kept header": http("200 OK", f"Via: {SECRET}"),
    "redirect": http("302 Found", f"Location: http://127.0.0.1:1/{SECRET}"),
    "reason": f"HTTP/9.9 {SECRET}\r\n\r\n".encode(),
    "status line": f"HTTP/1.1 2000 {SECRET}\r\n\r\n".encode(),
}


@pytest.mark.parametrize("answer", BACK.values(), ids=BACK)
@pytest.mark.parametrize(
    "check",
    [
        {"headers": {"Authorization": f"Bearer {PLACE}"}},
        {"auth": {"bearer": PLACE}},
        {"method": "POST", "body": f"key={PLACE}"},
    ],
    ids=["headers", "auth", "body"],
)
async def test_over_http(
    listen: Listen, look_at: LookAt, answer: bytes, check: dict[str, object]
) -> None:
    server = await raw_server(listen, answer)

    outcome = await look_at(
        "http",
        url=server.url(),
        expect={"json_path": {"state": "well"}, "headers": {"Server": {"equals": "nginx"}}},
        trace=True,
        **check,
    )

    assert SECRET.encode() in server.requests[0]
    assert not outcome.ok
    assert SECRET[:12] not in told(outcome), outcome


async def test_what_an_answer_says_that_is_well(listen: Listen, look_at: LookAt) -> None:
    server = await raw_server(listen, http("200 OK", f"Via: 1.1 {SECRET}"))

    outcome = await look_at("http", url=server.url(), headers={"X-Api-Key": PLACE})

    assert outcome.ok
    assert outcome.extra["via"] == "1.1 ***"


async def test_over_tcp(listen: Listen, look_at: LookAt) -> None:
    server = await raw_server(listen, f"-ERR no such key {SECRET}\r\n".encode())

    outcome = await look_at("tcp", host="127.0.0.1", port=server.port, send=PLACE, expect="+OK")

    assert outcome.reason is Reason.CONTENT
    assert SECRET[:12] not in told(outcome)


@given(st.text("aB3&%/\"'\\ é", min_size=9, max_size=40), st.text(max_size=20), st.integers(8, 40))
def test_any_secret_in_any_spelling(secret: str, before: str, kept: int) -> None:
    basic = base64.b64encode(f"{before}:{secret}".encode()).decode()
    said = [f"x{secret}x", quote(secret, safe=""), f"{secret!r}", f"'{secret[:kept]}…, not 1"]
    outcome = Outcome(
        False,
        Reason.CONTENT,
        Blame.TARGET,
        said[0],
        extra={"a": [basic]},
        trace=(Step(1, said[3]),),
    )

    without = redacted(outcome, frozenset({secret}))

    assert "***" in without.detail
    assert secret not in without.detail
    assert basic not in str(without.extra)
    assert secret[:kept] not in without.trace[0].what
    for text in said[1:3]:
        assert (
            secret
            not in redacted(
                Outcome(False, Reason.STATUS, Blame.TARGET, text), frozenset({secret})
            ).detail
        )


def test_what_is_no_secret_stays() -> None:
    outcome = Outcome(True, Reason.OK, Blame.NONE, "sk-live-others", extra={"n": 1, "l": ("a",)})

    assert redacted(outcome, frozenset({SECRET, "abc"})) == outcome
