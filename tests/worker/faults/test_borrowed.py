"""A borrowed region: a real worker process on a real broker, and an API that fails in every way."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.globalping import ACCOUNT, FREE, Globalping, dns, failed, http, ping
from tests.faults.worker import WorkerProcess

JAPAN = {"country": "JP", "limit": 1}
SHOP = check("shop", "http", url="https://shop.example.com/health?part=1")
OK, REASON, BLAME, DETAIL, STATUS, TOTAL, IP, EXTRA = 5, 6, 7, 8, 9, 14, 15, 16

pytestmark = pytest.mark.slow


@pytest.fixture
def api() -> Iterator[Globalping]:
    with Globalping() as server:
        yield server


def process(valkey: Broker, folder: Path, url: str, **more: str) -> WorkerProcess:
    told = {"OUTSCOPE_VIA": "globalping", "OUTSCOPE_GLOBALPING_URL": url, **more}
    return WorkerProcess(valkey.url, folder, settings=told)


@pytest.fixture
def borrowing(valkey: Broker, tmp_path: Path, api: Globalping) -> Iterator[WorkerProcess]:
    with process(valkey, tmp_path / "relay", api.url) as started:
        yield started


class Looking:
    """Orders looks and waits for what is seen."""

    def __init__(self, coordinator: Coordinator) -> None:
        self.coordinator = coordinator
        self.slot = 1

    def __call__(
        self, *checks: str, attempt: int = 0, location: Any = JAPAN
    ) -> Sequence[tuple[Any, ...]]:
        self.slot += 1
        wanted = [(index, self.slot) for index in range(len(checks))]
        ids = self.coordinator.order(checks, wanted, attempt=attempt, location=location)
        seen = self.coordinator.looks_by_id
        until(lambda: ids <= seen.keys(), "the looks")
        return [
            seen[self.coordinator.id_of(json.loads(text)["id"], self.slot, attempt)]
            for text in checks
        ]

    def one(self, text: str, **more: Any) -> tuple[Any, ...]:
        return self(text, **more)[0]


@pytest.fixture
def look(coordinator: Coordinator) -> Looking:
    return Looking(coordinator)


@pytest.mark.usefixtures("borrowing")
def test_an_order_becomes_a_measurement_and_an_ordinary_result(
    look: Looking, api: Globalping
) -> None:
    api.rounds = 3
    name = check("name", "dns", name="example.com", answers=["192.0.2.1"])
    echo = check("echo", "icmp", host="198.41.0.4")
    api.sees["198.41.0.4"] = ping(10.0, 12.0, 11.0)
    shop, named, echoed = look(SHOP, name, echo)
    assert shop[OK:STATUS] == (True, "ok", "none", "")
    assert (shop[STATUS], shop[IP], shop[TOTAL]) == (200, "203.0.113.7", 84)
    assert shop[10:14] == (5, 11, 21, 42)
    assert shop[EXTRA]["via"] == "globalping"
    assert shop[EXTRA]["probe"] == {
        "continent": "AS",
        "country": "JP",
        "city": "Tokyo",
        "asn": 2516,
        "network": "KDDI CORPORATION",
    }
    assert (named[OK], named[EXTRA]["answers"]) == (True, ["192.0.2.1"])
    assert (echoed[OK], echoed[13], echoed[EXTRA]["received"]) == (True, 11.0, 3)
    asked = {one["type"]: one for one in api.created}
    assert asked["http"] == {
        "type": "http",
        "target": "shop.example.com",
        "measurementOptions": {
            "request": {"method": "GET", "path": "/health", "query": "part=1"},
            "protocol": "HTTPS",
            "port": 443,
        },
        "locations": [{"country": "JP", "limit": 1}],
    }
    assert api.not_modified > 0


@pytest.mark.usefixtures("borrowing")
def test_what_a_probe_sees_of_the_target_counts_and_what_ails_the_measurement_does_not(
    look: Looking, api: Globalping
) -> None:
    cases = {
        "a.example.com": (http(503), "status", "target"),
        "b.example.com": (failed("connect ECONNREFUSED 203.0.113.7:443"), "refused", "target"),
        "c.example.com": (failed("Timeout awaiting 'request' for 10000ms"), "timeout", "path"),
        "d.example.com": (failed("getaddrinfo ENOTFOUND d.example.com"), "dns", "target"),
        "e.example.com": (failed("the probe ran out of memory"), "internal", "prober"),
        "f.example.com": (failed(""), "internal", "prober"),
        "g.example.com": (
            http(tls={"authorized": False, "error": "CERT_HAS_EXPIRED"}),
            "tls",
            "target",
        ),
        "h.example.com": (http(429), "rate_limited", "prober"),
        "i.example.com": (failed("Private IP ranges are not allowed."), "blocked", "prober"),
        "j.example.com": (http(total=9000), "timeout", "path"),
        "k.example.com": (http(301), "ok", "none"),
        "l.example.com": ({"status": "what"}, "internal", "prober"),
    }
    api.sees = {host: result for host, (result, _, _) in cases.items()}
    rows = look(*(check(host[0], "http", url=f"https://{host}/") for host in cases))
    told = {host: (row[REASON], row[BLAME]) for host, row in zip(cases, rows, strict=True)}
    assert told == {host: (reason, blame) for host, (_, reason, blame) in cases.items()}


@pytest.mark.usefixtures("borrowing")
def test_trouble_of_the_api_is_the_probers_and_the_relay_goes_on(
    look: Looking, api: Globalping, borrowing: WorkerProcess
) -> None:
    for status, reason in ((500, "internal"), (400, "internal"), (401, "unauthorized")):
        api.refuses = status
        row = look.one(SHOP)
        assert (row[OK], row[REASON], row[BLAME]) == (False, reason, "prober")
    api.refuses = 0
    api.breaks = 503
    assert look.one(SHOP)[BLAME] == "prober"
    api.breaks = 0
    api.nonsense = True
    assert look.one(SHOP)[BLAME] == "prober"
    api.nonsense = False
    assert look.one(SHOP, location={"country": "XX"})[BLAME] == "prober"
    assert look.one(SHOP)[OK] is True
    assert borrowing.log().count("globalping_away") == 2
    assert "globalping_back" in borrowing.log()


@pytest.mark.usefixtures("borrowing")
def test_an_api_that_hangs_and_a_measurement_that_never_ends_are_given_up(
    look: Looking, api: Globalping
) -> None:
    api.rounds = 10_000
    row = look.one(SHOP)
    assert (row[OK], row[REASON], row[BLAME]) == (False, "internal", "prober")
    assert "was not over within" in row[DETAIL]
    api.hangs.set()
    row = look.one(SHOP)
    api.hangs.clear()
    assert (row[OK], row[REASON], row[BLAME]) == (False, "internal", "prober")
    assert "cannot be reached" in row[DETAIL]


@pytest.mark.usefixtures("borrowing")
def test_the_same_probe_is_asked_again_until_it_is_gone(look: Looking, api: Globalping) -> None:
    assert look.one(SHOP)[OK] is True
    first = look.one(SHOP)
    assert api.created[-1]["locations"] == "m0"
    assert first[OK] is True
    api.offline = True
    row = look.one(SHOP)
    assert (row[OK], row[BLAME], row[DETAIL]) == (False, "prober", "the probe is offline")
    assert look.one(SHOP)[OK] is True
    assert api.created[-1]["locations"] == [JAPAN]
    api.offline = False
    api.forget()
    assert look.one(SHOP)[OK] is True  # the earlier measurement is no longer known
    assert [type(one["locations"]) for one in api.created[-2:]] == [str, list]


def test_the_budget_is_kept_to_the_test_over_a_restart_and_half_of_it_confirms(
    valkey: Broker, tmp_path: Path, look: Looking
) -> None:
    with Globalping(limit=8) as api:
        with process(valkey, tmp_path / "relay", api.url) as first:
            rows = [look.one(SHOP) for _ in range(5)]
            assert first.stop() == 0
        assert [row[OK] for row in rows] == [True] * 4 + [False]
        assert (rows[-1][REASON], rows[-1][BLAME]) == ("rate_limited", "prober")
        assert rows[-1][EXTRA]["asked"] is False
        with process(valkey, tmp_path / "relay", api.url):
            assert look.one(SHOP)[REASON] == "rate_limited"
            extra = [look.one(SHOP, attempt=1)[OK] for _ in range(5)]
            assert extra == [True] * 4 + [False]
        assert (api.tests, len(api.created)) == (8, 8)


def test_a_limit_that_others_use_up_is_heard_and_waited_for(
    valkey: Broker, tmp_path: Path, look: Looking
) -> None:
    with Globalping() as api, process(valkey, tmp_path / "relay", api.url):
        assert look.one(SHOP)[OK] is True
        api.left = 0
        row = look.one(SHOP)
        assert (row[REASON], row[BLAME]) == ("rate_limited", "prober")
        asked = len(api.created)
        assert look.one(SHOP, attempt=1)[REASON] == "rate_limited"
        assert len(api.created) == asked


def test_a_token_doubles_the_tests_and_goes_to_the_api_alone(
    valkey: Broker, tmp_path: Path, look: Looking
) -> None:
    token = "gp-t0ken"
    with Globalping(limit=ACCOUNT, token=token) as api:
        told = {"OUTSCOPE_SECRET_GLOBALPING": token}
        with process(valkey, tmp_path / "relay", api.url, **told) as started:
            assert look.one(SHOP)[OK] is True
            stolen = check(
                "stolen",
                "http",
                url="https://shop.example.com/",
                headers={"X-Thing": "${env:OUTSCOPE_SECRET_GLOBALPING}"},
            )
            row = look.one(stolen)
            assert (row[REASON], row[BLAME]) == ("blocked", "prober")
            assert set(api.authorized) == {f"Bearer {token}"}
            assert token not in json.dumps(api.created)
            assert token not in started.log()
        kept = json.loads((tmp_path / "relay" / "state" / "globalping.json").read_text())
        assert (kept["limit"], kept["left"]) == (ACCOUNT, ACCOUNT - 1)
    assert FREE < ACCOUNT


@pytest.mark.usefixtures("borrowing")
def test_only_public_targets_without_secrets_leave_the_house(
    look: Looking, api: Globalping
) -> None:
    inside = "https://shop.example.com/"
    cases = (
        check("loopback", "http", url="http://127.0.0.1/"),
        check("private", "icmp", host="10.1.2.3"),
        check("named", "http", url="https://intranet/"),
        check("inner", "http", url="https://wiki.corp/"),
        check("here", "http", url="https://localhost.localdomain.internal/"),
        check("resolver", "dns", name="example.com", server="192.168.1.1"),
        check("header", "http", url=inside, headers={"Authorization": "Bearer x"}),
        check("login", "http", url=inside, auth={"bearer": "${env:OUTSCOPE_SECRET_P}"}),
        check("query", "http", url=f"{inside}?api_key=abc"),
        check("body", "http", url=inside, method="POST", body="x"),
        check("tcp", "tcp", host="shop.example.com", port=443),
    )
    for row in look(*cases):
        assert (row[OK], row[REASON], row[BLAME]) == (False, "blocked", "prober"), row
        assert row[DETAIL].startswith("not looked at from there: ")
    assert api.created == []


@pytest.mark.usefixtures("borrowing")
def test_several_probes_are_one_look_which_is_well_when_half_of_them_are(
    look: Looking, api: Globalping
) -> None:
    three = {"country": "DE", "limit": 3}
    down = failed("connect ECONNREFUSED")
    for each, well in (
        ([http(), http(), down], True),
        ([http(), down, down], False),
        ([failed("no idea"), down, http()], True),
        ([failed("no idea"), failed("no idea"), down], False),
    ):
        api.sees["shop.example.com"] = each
        assert look.one(SHOP, location=three)[OK] is well
    assert api.tests == 12


def test_a_worker_that_stands_here_does_not_speak_for_a_borrowed_region(
    worker: WorkerProcess, look: Looking
) -> None:
    row = look.one(SHOP)
    assert (row[REASON], row[BLAME]) == ("blocked", "prober")
    assert "--via globalping" in row[DETAIL]
    assert worker.pid


def test_without_a_network_it_says_so_once_and_sees_again_when_it_is_back(
    valkey: Broker, tmp_path: Path, look: Looking
) -> None:
    with Globalping() as gone:
        url = gone.url
    with process(valkey, tmp_path / "relay", url) as started:
        for _ in range(3):
            row = look.one(SHOP)
            assert (row[OK], row[BLAME]) == (False, "prober")
            assert "cannot be reached" in row[DETAIL]
        assert started.log().count("globalping_away") == 1
        assert "all else goes on" in started.log()


@pytest.mark.usefixtures("borrowing")
def test_names_are_judged_by_their_records(look: Looking, api: Globalping) -> None:
    def asked(name: str, **more: Any) -> str:
        return check(name, "dns", name=f"{name}.example.com", **more)

    api.sees = {
        "gone.example.com": dns(code="NXDOMAIN"),
        "wanted.example.com": dns(code="NXDOMAIN"),
        "sick.example.com": dns(code="SERVFAIL"),
        "other.example.com": dns("192.0.2.9"),
        "text.example.com": dns('"v=spf1 -all"', record="TXT"),
    }
    rows = look(
        asked("gone"),
        asked("wanted", missing=True),
        asked("sick"),
        asked("other", answers=["192.0.2.1"]),
        asked("text", record="TXT", answers=["v=spf1 -all"], match="exactly"),
    )
    assert [(row[REASON], row[BLAME]) for row in rows] == [
        ("dns", "target"),
        ("ok", "none"),
        ("dns", "resolver"),
        ("content", "target"),
        ("ok", "none"),
    ]
