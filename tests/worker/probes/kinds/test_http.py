"""The http kind against real servers: phases, statuses and expectations."""

import pytest

from tests.worker.probes.conftest import LookAt, Web
from worker.contract.outcome import Blame, Reason


async def test_a_good_answer_is_ok_and_timed(web: Web, look_at: LookAt) -> None:
    server = await web(b"well", delay_s=0.05)

    outcome = await look_at("http", url=server.url())

    assert (outcome.ok, outcome.reason, outcome.blame, outcome.status_code) == (
        True,
        Reason.OK,
        Blame.NONE,
        200,
    )
    assert (outcome.dns_ms, outcome.tls_ms, outcome.ip) == (None, None, "127.0.0.1")
    assert outcome.connect_ms is not None
    assert outcome.ttfb_ms is not None
    assert outcome.total_ms is not None
    assert outcome.ttfb_ms >= 45
    assert outcome.connect_ms + outcome.ttfb_ms <= outcome.total_ms + 0.01
    assert outcome.extra["http_version"] == "1.1"


async def test_each_look_makes_a_connection_of_its_own(web: Web, look_at: LookAt) -> None:
    server = await web()

    for _ in range(3):
        assert (await look_at("http", url=server.url())).ok

    assert server.connections == 3


async def test_a_good_look_keeps_its_steps_only_when_asked(web: Web, look_at: LookAt) -> None:
    server = await web()

    assert (await look_at("http", url=server.url())).trace == ()
    steps = (await look_at("http", url=server.url(), trace=True)).trace
    assert [step.what for step in steps] == [
        "connected to 127.0.0.1",
        "status 200 over HTTP/1.1",
        "body read, 4 bytes",
    ]
    assert [step.at_ms for step in steps] == sorted(step.at_ms for step in steps)


@pytest.mark.parametrize(
    ("status", "reason", "blame"),
    [
        (401, Reason.UNAUTHORIZED, Blame.PROBER),
        (403, Reason.BLOCKED, Blame.PROBER),
        (429, Reason.RATE_LIMITED, Blame.PROBER),
        (407, Reason.UNAUTHORIZED, Blame.PROBER),
        (451, Reason.BLOCKED, Blame.PROBER),
        (511, Reason.BLOCKED, Blame.PROBER),
        (404, Reason.STATUS, Blame.TARGET),
        (500, Reason.STATUS, Blame.TARGET),
        (503, Reason.STATUS, Blame.TARGET),
        (529, Reason.STATUS, Blame.TARGET),
    ],
)
async def test_an_unexpected_status_says_whose_fault_it_is(
    web: Web, look_at: LookAt, status: int, reason: Reason, blame: Blame
) -> None:
    outcome = await look_at("http", url=(await web(status=status)).url())

    assert (outcome.ok, outcome.reason, outcome.blame, outcome.status_code) == (
        False,
        reason,
        blame,
        status,
    )
    assert str(status) in outcome.detail
    assert outcome.trace


async def test_an_api_that_answers_401_as_expected_is_well(web: Web, look_at: LookAt) -> None:
    assert (
        await look_at("http", url=(await web(status=401)).url(), expect={"status": [401, 405]})
    ).ok


async def test_expectations_on_headers_and_body_are_judged(web: Web, look_at: LookAt) -> None:
    url = (await web(b'{"status": {"indicator": "none"}}', headers={"Server": "nginx"})).url()

    assert (
        await look_at(
            "http", url=url, expect={"headers": {"server": "^nginx"}, "body": "indicator"}
        )
    ).ok
    assert (await look_at("http", url=url, expect={"json_path": {"status.indicator": "none"}})).ok
    wrong = await look_at("http", url=url, expect={"json_path": {"status.indicator": "major"}})
    assert (wrong.reason, wrong.blame) == (Reason.CONTENT, Blame.TARGET)
    assert wrong.detail == "status.indicator is 'none', not 'major'"


async def test_a_slow_answer_is_a_failure_when_a_limit_is_given(web: Web, look_at: LookAt) -> None:
    url = (await web(delay_s=0.1)).url()

    outcome = await look_at("http", url=url, slow_ms=50)
    phase = await look_at("http", url=url, slow_ms={"ttfb": 50, "connect": 2000})
    body = await look_at("http", url=url, slow_ms={"body": 80, "tls": 1, "dns": 1})

    assert (outcome.reason, outcome.blame) == (Reason.SLOW, Blame.TARGET)
    assert outcome.detail.startswith("the answer took 1")
    assert (phase.reason, phase.blame) == (Reason.SLOW, Blame.TARGET)
    assert phase.detail.startswith("the first byte took 1")
    assert body.ok


async def test_which_edge_answered_is_kept(web: Web, look_at: LookAt) -> None:
    server = await web(headers={"CF-Ray": "8a-FRA", "Via": "1.1 varnish", "X-Other": "no"})

    extra = (await look_at("http", url=server.url())).extra

    assert extra == {
        "http_version": "1.1",
        "ip_version": "4",
        "cf-ray": "8a-FRA",
        "via": "1.1 varnish",
        "edge": "cloudflare FRA",
    }
