"""What looks may cost a day is never exceeded, and is not forgotten over a restart."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.worker.probes.conftest import Listen, LookAt
from tests.worker.probes.kinds.llm.conftest import SECRET
from tests.worker.probes.vendors.anthropic import Anthropic
from tests.worker.probes.vendors.stage import KEY, Play, Stage
from worker.contract.outcome import Blame, Reason
from worker.probes.kinds.llm.budget import NAME, Bill, Spending
from worker.probes.run import Vantage

NOON = 1_764_072_000_000
DAY_MS = 86_400_000


def test_every_day_begins_with_nothing_spent() -> None:
    spending = Spending(None)
    spending.spend("a", Bill(10, 0.5), NOON)
    spending.spend("a", Bill(5, 0.25), NOON)

    assert spending.today("a", NOON) == Bill(15, 0.75)
    assert spending.today("b", NOON) == Bill()
    assert spending.today("a", NOON + DAY_MS) == Bill()


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    Spending(tmp_path).spend("a", Bill(10, 0.5), NOON)

    assert Spending(tmp_path).today("a", NOON) == Bill(10, 0.5)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"day": 1, "spent": {"a": 3}}', "\x00"])
def test_a_file_that_makes_no_sense_is_said_and_replaced(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / NAME).write_text(text)
    spending = Spending(tmp_path)
    spending.spend("a", Bill(1), NOON)

    assert "llm_spending_unreadable" in caplog.text
    assert json.loads((tmp_path / NAME).read_text())["spent"] == {"a": [1, 0.0]}


def test_a_disk_that_takes_nothing_is_said_and_counting_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spending = Spending(tmp_path / "missing")
    spending.spend("a", Bill(1), NOON)

    assert "llm_spending_not_kept" in caplog.text
    assert spending.today("a", NOON) == Bill(1)


async def test_looks_stop_where_the_budget_ends_also_after_a_restart(
    listen: Listen,
    look_at: LookAt,
    vantages: Callable[..., Vantage],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_LLM", KEY)
    stage = Stage(Anthropic(), Play(pace_s=0))
    asked = {
        "api": "anthropic",
        "model": Anthropic.model,
        "key": SECRET,
        "url": (await listen(stage)).url(""),
    }
    # a look takes 35, and up to 172 are set aside
    budget = {
        "budget": {"tokens_per_day": 230},
        "max_tokens": 64,
    }

    outcomes = []
    for _ in range(2):
        vantage = vantages(state_dir=tmp_path)
        outcomes += [await look_at("llm", vantage=vantage, **asked, **budget) for _ in range(2)]

    assert [outcome.ok for outcome in outcomes] == [True, True, False, False]
    assert [outcome.extra.get("tokens_today") for outcome in outcomes[:2]] == [35, 70]
    last = outcomes[-1]
    assert (last.reason, last.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert "70 of 230 tokens are used today, one may take" in last.detail
    assert "raise it, or look less often" in last.detail
    assert len(stage.asked) == 2


async def test_money_is_counted_by_the_configured_price(
    listen: Listen, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_LLM", KEY)
    stage = Stage(Anthropic(), Play(pace_s=0))
    asked = {
        "api": "anthropic",
        "model": Anthropic.model,
        "key": SECRET,
        "url": (await listen(stage)).url(""),
    }
    # a look costs 0.075
    bought = {
        "price": {"input": 1000, "output": 5000},
        "budget": {"cost_per_day": 0.45},
    }

    first, second = [await look_at("llm", **asked, **bought) for _ in range(2)]

    assert first.ok
    assert first.extra["cost"] == pytest.approx(25 * 0.001 + 10 * 0.005)
    assert (second.reason, second.blame) == (Reason.BLOCKED, Blame.PROBER)
    assert "cost_per_day" in second.detail


async def test_a_look_that_was_cut_off_is_paid_for_as_the_dearest(
    listen: Listen, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_LLM", KEY)
    stage = Stage(Anthropic(), Play(hang_after=5))
    asked = {
        "api": "anthropic",
        "model": Anthropic.model,
        "key": SECRET,
        "url": (await listen(stage)).url(""),
    }

    outcome = await look_at("llm", **asked, timeout_ms=200, prompt="x" * 100, max_tokens=50)

    assert outcome.extra["tokens_today"] == 100 + 32 + 50


async def test_a_target_that_nobody_reaches_costs_nothing(
    look_at: LookAt, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_LLM", KEY)
    outcome = await look_at(
        "llm",
        api="anthropic",
        model="m",
        key=SECRET,
        url=f"http://127.0.0.1:{closed_port}",
        timeout_ms=300,
    )

    assert outcome.reason is Reason.REFUSED
    assert outcome.extra["tokens_today"] == 0
