"""What an http look sends: the request as it was ordered, and secrets to nobody else."""

from collections.abc import Callable

import pytest

from tests.worker.probes.conftest import LookAt, Web
from worker.contract.outcome import Blame, Reason
from worker.probes.run import Vantage


async def test_the_request_is_sent_as_it_was_ordered(
    web: Web, look_at: LookAt, vantages: Callable[..., Vantage]
) -> None:
    server = await web()
    vantage = vantages(user_agent="outscope/9 (+https://example.org)")

    bodies = {"POST": "a=1", "PUT": "{}", "PATCH": "1", "QUERY": "?"}
    others = dict.fromkeys(("GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "PROPFIND"))
    for method, body in (*bodies.items(), ("POST", None), *others.items()):
        outcome = await look_at(
            "http",
            vantage=vantage,
            url=server.url("/x?y=1"),
            method=method,
            body=body,
            headers={"X-One": "1\u00fc", "X-Two": ""},
        )
        assert outcome.ok, outcome
        head, _, sent = server.requests[-1].partition(b"\r\n\r\n")
        assert head.startswith(f"{method} /x?y=1 HTTP/1.1\r\n".encode())
        assert "X-One: 1\u00fc\r\n".encode() in head
        assert b"X-Two:" in head
        assert b"outscope/9 (+https://example.org)" in head
        assert sent == (body or "").encode()


async def test_a_secret_reaches_the_target_and_nothing_else(
    web: Web, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_KEY", "hush")
    server = await web(status=500)

    outcome = await look_at(
        "http",
        url=server.url(),
        headers={"Authorization": "Bearer ${env:OUTSCOPE_SECRET_KEY}"},
        trace=True,
    )

    assert b"Authorization: Bearer hush\r\n" in server.requests[0]
    assert "hush" not in repr(outcome)


async def test_a_missing_secret_is_our_fault_and_is_named(web: Web, look_at: LookAt) -> None:
    outcome = await look_at(
        "http", url=(await web()).url(), headers={"A": "${env:OUTSCOPE_SECRET_NOT_SET}"}
    )

    assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)
    assert "OUTSCOPE_SECRET_NOT_SET" in outcome.detail
