"""Credentials of an http look: sent to its own origin, and shown to nobody."""

from base64 import b64encode
from typing import Any

import pytest

from tests.worker.probes.conftest import LookAt, Web
from worker.contract.outcome import Blame, Reason
from worker.probes.kinds.http import HttpParams


async def test_a_bearer_token_comes_from_a_secret(
    web: Web, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_TOKEN", "hush")
    server = await web(status=500)

    outcome = await look_at(
        "http", url=server.url(), auth={"bearer": "${env:OUTSCOPE_SECRET_TOKEN}"}, trace=True
    )

    assert b"\r\nAuthorization: Bearer hush\r\n" in server.requests[0]
    assert "hush" not in repr(outcome)


async def test_basic_credentials_are_sent_at_once(
    web: Web, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_WORD", "p\u00e4ss:word")
    server = await web()

    await look_at(
        "http", url=server.url(), auth={"username": "me", "password": "${env:OUTSCOPE_SECRET_WORD}"}
    )

    sent = b64encode("me:p\u00e4ss:word".encode())
    assert b"\r\nAuthorization: Basic " + sent + b"\r\n" in server.requests[0]


async def test_another_origin_does_not_get_the_credentials(
    web: Web, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_TOKEN", "hush")
    end = await web()
    start = await web(status=302, headers={"Location": end.url()})

    assert (
        await look_at("http", url=start.url(), auth={"bearer": "${env:OUTSCOPE_SECRET_TOKEN}"})
    ).ok
    assert b"hush" in start.requests[0]
    assert b"hush" not in end.requests[0]


async def test_a_secret_of_several_lines_does_not_become_headers(
    web: Web, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_TOKEN", "hush\r\nX-Evil: 1")
    server = await web()

    outcome = await look_at(
        "http", url=server.url(), auth={"bearer": "${env:OUTSCOPE_SECRET_TOKEN}"}
    )

    assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)
    assert outcome.detail == "the secret in the header Authorization must be one line"
    assert server.connections == 0


@pytest.mark.parametrize(
    ("credentials", "reason"),
    [({}, Reason.BLOCKED), ({"headers": {"X-Api-Key": "k"}}, Reason.UNAUTHORIZED)],
)
async def test_403_is_about_our_credentials_when_we_sent_some(
    web: Web, look_at: LookAt, credentials: dict[str, Any], reason: Reason
) -> None:
    outcome = await look_at("http", url=(await web(status=403)).url(), **credentials)

    assert (outcome.reason, outcome.blame) == (reason, Blame.PROBER)


@pytest.mark.parametrize(
    "auth",
    [
        {},
        {"bearer": "in the open"},
        {"username": "me"},
        {"password": "${env:OUTSCOPE_SECRET_A}"},
        {"username": "me", "password": "in the open"},
        {
            "bearer": "${env:OUTSCOPE_SECRET_A}",
            "username": "me",
            "password": "${env:OUTSCOPE_SECRET_A}",
        },
    ],
)
def test_credentials_that_cannot_be_meant_are_refused(auth: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="auth"):
        HttpParams.model_validate({"url": "http://example.org/", "auth": auth})
