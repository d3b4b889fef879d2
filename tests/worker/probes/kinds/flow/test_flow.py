"""Several steps one after the other, with values carried from answers into requests."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from tests.worker.probes.conftest import Listen, Listener, LookAt, read_request
from worker.contract.outcome import Blame, Reason, failure, success
from worker.contract.target import Target
from worker.probes.kinds.flow.params import FlowParams

PASSWORD = "hush-hush"


class Shop:
    """A small shop: whoever logs in gets a token and a cookie, and with both may see a cart and pay
    for it.
    """

    def __init__(self, *, token: str = 'to"k/e n', slow_s: float = 0) -> None:
        self.token = token
        self.slow_s = slow_s
        self.seen: list[tuple[str, dict[str, str], str]] = []

    async def __call__(self, reader: Any, writer: Any) -> None:
        head, _, body = (await read_request(reader)).decode().partition("\r\n\r\n")
        line, *lines = head.split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (text.partition(":") for text in lines)
        }
        target = line.split(" ")[1]
        self.seen.append((target, headers, body))
        status, more, answer = self.answer(target, headers, body)
        await asyncio.sleep(self.slow_s)
        writer.write(
            f"HTTP/1.1 {status} X\r\n{more}content-length: {len(answer)}\r\n\r\n{answer}".encode()
        )
        await writer.drain()

    def answer(self, target: str, headers: dict[str, str], body: str) -> tuple[int, str, str]:
        if target == "/login":
            told = json.dumps({"data": {"token": self.token, "user": 7, "list": [1]}})
            return (
                200,
                "set-cookie: sid=abc; Path=/; HttpOnly\r\nset-cookie: lang=en\r\nx-csrf: c1\r\n",
                told,
            )
        if target == "/enter":
            return 302, "set-cookie: sid=from-redirect\r\nlocation: /home\r\n", ""
        if target == "/home":
            return 200, "", '<input name="csrf" value="form-token">'
        if target.startswith("/cart/"):
            return (
                (200, "", "cart") if headers.get("cookie") == "sid=abc" else (500, "", "no session")
            )
        return 200, "", body


def login(listener: Listener, **keep: Any) -> dict[str, Any]:
    body = json.dumps({"password": "${env:OUTSCOPE_SECRET_SHOP}"})
    headers = {"Content-Type": "application/json"}
    return {
        "name": "login",
        "url": listener.url("/login"),
        "method": "POST",
        "body": body,
        "headers": headers,
        "keep": keep,
    }


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_SHOP", PASSWORD)
    monkeypatch.setenv("OUTSCOPE_SECRET_OTHER", "never-told")


async def test_values_are_carried_from_step_to_step(listen: Listen, look_at: LookAt) -> None:
    shop = Shop()
    server = await listen(shop)
    keep = {
        "token": {"json_path": "data.token"},
        "user": {"json_path": "data.user"},
        "sid": {"cookie": "sid"},
        "csrf": {"header": "X-CSRF"},
    }
    cart = {
        "name": "cart",
        "url": server.url("/cart/{{token}}?user={{user}}"),
        "headers": {"Cookie": "sid={{sid}}", "X-CSRF": "{{csrf}}"},
        "expect": {"body": "cart"},
    }

    outcome = await look_at("flow", steps=[login(server, **keep), cart])

    assert outcome.ok, outcome
    assert json.loads(shop.seen[0][2]) == {"password": PASSWORD}
    target, headers, _ = shop.seen[1]
    assert target == "/cart/to%22k%2Fe%20n?user=7"
    assert headers["x-csrf"] == "c1"
    assert [step["name"] for step in outcome.extra["steps"]] == ["login", "cart"]
    assert "failed_step" not in outcome.extra
    assert PASSWORD not in repr(outcome)


async def test_each_step_is_a_phase(listen: Listen, look_at: LookAt) -> None:
    server = await listen(Shop(slow_s=0.03))
    steps = [{"name": f"s{number}", "url": server.url("/login")} for number in range(3)]

    outcome = await look_at("flow", steps=steps, trace=True)

    told = outcome.extra["steps"]
    assert all(step["ttfb_ms"] >= 29 and step["ok"] and step["status"] == 200 for step in told)
    assert outcome.total_ms == pytest.approx(sum(step["total_ms"] for step in told), abs=0.01)
    moments = [step.at_ms for step in outcome.trace]
    assert moments == sorted(moments)
    assert [step.what for step in outcome.trace if step.what.startswith("step ")] == [
        "step s0",
        "step s1",
        "step s2",
    ]


async def test_the_first_step_that_fails_ends_the_flow_and_is_named(
    listen: Listen, look_at: LookAt
) -> None:
    shop = Shop()
    server = await listen(shop)
    steps = [
        login(server),
        {"name": "cart", "url": server.url("/cart/1")},
        {"name": "pay", "url": server.url("/pay")},
    ]

    outcome = await look_at("flow", steps=steps)

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, Reason.STATUS, Blame.TARGET)
    assert outcome.detail == "step 'cart': status 500 was not expected"
    assert (outcome.extra["failed_step"], outcome.status_code) == ("cart", 500)
    assert [step["ok"] for step in outcome.extra["steps"]] == [True, False]
    assert len(shop.seen) == 2
    assert outcome.trace


async def test_an_answer_without_the_value_fails_its_step(listen: Listen, look_at: LookAt) -> None:
    server = await listen(Shop())
    missing: list[dict[str, Any]] = [
        {"json_path": "data.nothing"},
        {"json_path": "data.list"},
        {"header": "x-nothing"},
        {"cookie": "nothing"},
        {"regex": "nothing"},
    ]
    for keep in missing:
        outcome = await look_at("flow", steps=[login(server, lost=keep)])
        assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET), keep
        assert outcome.detail.startswith("step 'login': the answer holds no lost"), outcome.detail


async def test_a_cookie_of_a_redirect_and_a_part_of_a_page_are_kept(
    listen: Listen, look_at: LookAt
) -> None:
    shop = Shop()
    server = await listen(shop)
    keep = {"sid": {"cookie": "sid"}, "csrf": {"regex": 'name="csrf" value="([^"]+)"'}}
    enter = {"name": "enter", "url": server.url("/enter"), "keep": keep}
    pay = {
        "name": "pay",
        "url": server.url("/pay"),
        "method": "POST",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "body": "csrf={{csrf}}&sid={{sid}}",
    }

    outcome = await look_at("flow", steps=[enter, pay])

    assert outcome.ok, outcome
    assert parse_qs(shop.seen[-1][2]) == {"csrf": ["form-token"], "sid": ["from-redirect"]}
    assert outcome.extra["steps"][0]["redirects"] == 1


async def test_a_value_is_written_as_its_place_asks(listen: Listen, look_at: LookAt) -> None:
    shop = Shop(token='a"b&c=d\\')
    server = await listen(shop)
    kinds = {
        "json": "application/json",
        "form": "application/x-www-form-urlencoded",
        "text": "text/plain",
    }
    bodies = {"json": '{"t": "{{token}}"}', "form": "t={{token}}&x=1", "text": "{{ token }}"}
    steps = [login(server, token={"json_path": "data.token"})]
    for name, kind in kinds.items():
        sent = {"method": "POST", "headers": {"Content-Type": kind}, "body": bodies[name]}
        steps.append({"name": name, "url": server.url("/pay"), **sent})

    assert (await look_at("flow", steps=steps)).ok
    as_json, as_form, as_text = (body for _, _, body in shop.seen[1:])
    assert json.loads(as_json) == {"t": shop.token}
    assert parse_qs(as_form) == {"t": [shop.token], "x": ["1"]}
    assert as_text == shop.token


async def test_an_answer_cannot_make_a_worker_tell_a_secret_or_write_a_header(
    listen: Listen, look_at: LookAt
) -> None:
    shop = Shop(token="${env:OUTSCOPE_SECRET_OTHER}")
    server = await listen(shop)
    steps = [
        login(server, token={"json_path": "data.token"}),
        {
            "name": "next",
            "url": server.url("/pay"),
            "method": "POST",
            "body": "{{token}}",
            "headers": {"X": "{{token}}"},
        },
    ]
    assert (await look_at("flow", steps=steps)).ok
    assert "never-told" not in repr(shop.seen)

    shop.token = "x\r\nEvil: 1"
    outcome = await look_at("flow", steps=steps)
    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)
    assert "several lines" in outcome.detail
    assert len(shop.seen) == 3


async def test_all_steps_share_one_deadline(listen: Listen, look_at: LookAt) -> None:
    server = await listen(Shop(slow_s=0.15))
    steps = [{"name": f"s{number}", "url": server.url("/login")} for number in range(5)]

    outcome = await look_at("flow", steps=steps, timeout_ms=400)

    assert (outcome.reason, outcome.blame) == (Reason.TIMEOUT, Blame.TARGET)
    assert outcome.extra["failed_step"] in ("s2", "s1")
    assert outcome.total_ms is not None
    assert outcome.total_ms < 450


async def test_a_missing_secret_is_our_fault_and_the_step_is_named(
    listen: Listen, look_at: LookAt
) -> None:
    server = await listen(Shop())
    steps = [
        {
            "name": "one",
            "url": server.url("/login"),
            "headers": {"A": "${env:OUTSCOPE_SECRET_NOT_SET}"},
        }
    ]

    outcome = await look_at("flow", steps=steps)

    assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)
    assert "step 'one'" in outcome.detail
    assert "OUTSCOPE_SECRET_NOT_SET" in outcome.detail


URL = "http://shop.example"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([], "steps"),
        ([{"name": "a", "url": URL}, {"name": "a", "url": URL}], "two steps are called"),
        ([{"name": "a", "url": f"{URL}/{{{{x}}}}"}], "needs {{x}}, which no step before it keeps"),
        ([{"name": "a", "url": "http://{{x}}/"}], "must name its host itself"),
        ([{"name": "a", "url": URL, "keep": {"x": {}}}], "say in one way"),
        (
            [{"name": "a", "url": URL, "keep": {"x": {"header": "a", "cookie": "b"}}}],
            "say in one way",
        ),
        ([{"name": "a", "url": URL, "keep": {"x": {"regex": "("}}}], "not a regular expression"),
        ([{"name": "a", "url": URL, "keep": {"X y": {"header": "a"}}}], "keep"),
        ([{"name": "A B", "url": URL}], "name"),
        ([{"url": URL}], "name"),
    ],
)
def test_a_flow_that_cannot_be_meant_is_refused(steps: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        FlowParams.model_validate({"steps": steps})


def two_hosts() -> FlowParams:
    steps = [
        {"name": "log-in", "url": "https://accounts.example/login"},
        {"name": "search", "url": "https://shop.example/search"},
        {"name": "pay", "url": "https://shop.example/pay"},
    ]
    return FlowParams.model_validate({"steps": steps})


def test_every_host_of_a_step_is_asked() -> None:
    assert two_hosts().targets() == (
        Target("https", "accounts.example", 443),
        Target("https", "shop.example", 443),
    )


def test_an_outcome_is_from_the_host_of_the_step_that_failed() -> None:
    params = two_hosts()
    limited = failure(Reason.RATE_LIMITED, "429", extra={"failed_step": "search"})

    assert params.answering(limited) == (Target("https", "shop.example", 443),)
    assert params.answering(success()) == params.targets()
