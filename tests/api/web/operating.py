"""What operators have in the story: workers that joined and others, invitations, what was left
behind, tokens, versions of the configuration, and somebody who signed in.
"""

from typing import Any, Final

from selenium.webdriver import Chrome

from coordinator.access.scopes import Scope
from coordinator.joining.meeting import STANDING, Meeting
from coordinator.runtime.metrics import Counters
from coordinator.store import DeadLetter, Heard, Store
from coordinator.store.audit import Entry
from coordinator.store.joining.invitations import Admitted, Invitation
from tests.api.http.access.asking import token_of
from tests.api.web.chromium import show
from tests.api.web.story import HOSTILE, HOUR, MINUTE, UNFIT, VOTING, configuration
from tests.coordinator.store.notices.letters import letter
from worker.contract.instant import Instant, rfc3339

PARTS: Final = {
    "": "tr[data-key='eu-west-k7pq']",
    "/checks": "tr[data-key='claude-api']",
    "/flow": "[data-key=order_lag_p99_ms]",
    "/letters": ".cards tr[data-key] .act",
    "/configuration": ".versions li + li",
    "/tokens": "tr[data-key] .act",
    "/audit": "tr[data-key]",
}
"""The views, and what is there when one is drawn."""
JOINED: Final = {"eu-west": "eu-west-k7pq", "us-east": "us-east-m3xa", "ap-northeast": "ap-old"}


async def fill(store: Store, at: Instant, hostile: str = HOSTILE) -> str:
    """Write all of it, as of a moment; a token that may do everything. `hostile` is what others
    wrote.
    """
    changed = configuration()
    changed["services"][1]["name"] = "OpenAI, all of it"
    await store.configurations.save(changed, at)
    await store.configurations.save(configuration(), at)
    meeting = Meeting("rediss://broker.example.com:6379/0", "PEM", "KEY")
    await store.standings.put(STANDING, STANDING, at, meeting.document())
    for region, worker in JOINED.items():
        await _join(store, region, worker, at)
    await store.worker_keys.revoke("ap-northeast", "ap-old", at, _line(at, "worker revoked"))
    await store.worker_keys.drain("us-east", "us-east-m3xa", at, _line(at, "worker drained"))
    await store.invitations.add(
        Invitation(0, "open", "eu-north", None, "203.0.113.0/24", at, at + HOUR),
        _line(at, "worker invited"),
    )
    heard = _heard(at, hostile)
    await store.workers.heard(heard)
    await store.standings.put_many(
        ("worker", f"{one.region}/{one.worker}", at, _fitness(one, at)) for one in heard
    )
    await store.standings.put("coordinator", "coordinator", at, _coordinator(at, hostile))
    await _left_behind(store, at, hostile)
    await token_of(store, Scope.READ)
    text, _ = await token_of(store, *Scope)
    return text


def _fitness(heard: Heard, at: Instant) -> dict[str, Any]:
    unfit = heard.region == UNFIT
    said = ("unfit", "3 of 3 references fail") if unfit else ("fit", "")
    told = dict(zip(("fitness", "why"), said, strict=True))
    return {"region": heard.region, "worker": heard.worker, **told, "at": rfc3339(at)}


def _line(at: Instant, what: str) -> Entry:
    return Entry(at, "anna", what, f"eu-west <b>{what}</b>", "ops-1")


async def _join(store: Store, region: str, worker: str, at: Instant) -> None:
    made = Invitation(0, f"digest of {worker}", region, None, None, at - HOUR, at + HOUR)
    await store.invitations.add(made, _line(at - HOUR, "worker invited"))

    def admit(found: Invitation | None, _keys: object) -> Admitted:
        assert found is not None
        return Admitted(found, worker, "0" * 64, at, at, _line(at - HOUR, "worker joined"))

    await store.worker_keys.applied([await store.invitations.redeem(made.digest, admit)], at)


def _heard(at: Instant, hostile: str) -> list[Heard]:
    found = [
        Heard(region, f"{region}-1", at, _vitals(at, number), f"192.0.2.{number}", 64500, "IE")
        for number, region in enumerate([*VOTING, UNFIT])
    ]
    busy = {**_vitals(at, 1), "outbox_reports": 12, "dropped_reports": 3, "clock_ahead_ms": -4_200}
    found.append(Heard("eu-west", "eu-west-k7pq", at, busy, "192.0.2.99", 64501, "IE"))
    odd = {**_vitals(at, 7), "version": hostile or "0.1.0", "self_test": hostile}
    found.append(Heard("eu-west", f"eu-west-2{hostile}"[:60], at, odd, None, None, None))
    return found


def _vitals(at: Instant, number: int) -> dict[str, Any]:
    return {
        "version": "0.1.0",
        "started_at": at - HOUR,
        "in_flight": 3,
        "outbox_reports": 0,
        "dropped_reports": 0,
        "clock_ahead_ms": number * 7 - 20,
        "standpoint": f"host{number}.boot{number}.out{number}.IE-64500",
    }


def _coordinator(at: Instant, hostile: str) -> dict[str, Any]:
    counters = Counters(reports=31_204, results=412_077, repeats=12, looks_ordered=412_410, gaps=9)
    for delay, ms in ((counters.order_lag_ms, 14.2), (counters.ingest_lag_ms, 22.8)):
        delay.add(ms)
    counters.judge_ms.add(3.1)
    books = {
        region: {"messages": 3_120 + n, "bytes": 800_000, "waiting": n % 3, "waiting_s": 1.4}
        for n, region in enumerate(VOTING)
    }
    books["eu-west"] |= {
        "refused": {"malformed": 2},
        "trouble": "junk",
        "why": f"2 messages were no reports {hostile}",
    }
    return {
        "at": rfc3339(at),
        "started_at": rfc3339(at - 26 * HOUR),
        "leads_since": rfc3339(at - 26 * HOUR),
        "holder": "host-a/12/0",
        "configuration": 2,
        "ticked_until_ms": at,
        "connected": True,
        "waiting_reports": 2,
        "outstanding_looks": 48,
        **counters.to_document(),
        "broker": books,
    }


async def _left_behind(store: Store, at: Instant, hostile: str) -> None:
    body = f'{{"id": "{hostile}"}}'.encode()
    why = f"eu-west: no version, but {hostile or '5'}"
    await store.dead_letters.add(
        [
            DeadLetter("eu-west", "outscope.report", "malformed_report", why, body, at),
            DeadLetter("us-east", "", "too_large", "2 MB, and at most 1 MB", b"x" * 99, at),
        ]
    )
    await store.notice_threads.say([], [letter(), letter(name="other-1")], at - MINUTE)
    for one in await store.deliveries.due(at, 10):
        await store.deliveries.give_up(one.id, at, f"410 Gone {hostile}")


def sign_in(browser: Chrome, url: str, token: str) -> None:
    """Begin a session, as the page for it does."""
    show(browser, f"{url}/sign-in", "#token")
    done = browser.execute_async_script(_SIGN_IN, token)
    assert done == 204


_SIGN_IN: Final = """
    const [token, done] = arguments;
    const headers = {"content-type": "application/json"};
    fetch("./v1/session", {method: "POST", headers, body: JSON.stringify({token})})
        .then((answer) => done(answer.status));
"""
