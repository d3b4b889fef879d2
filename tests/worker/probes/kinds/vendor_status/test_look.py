"""Looking at a status page: heard or not heard, never "all well"."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.worker.probes.conftest import Listen, Listener, LookAt, read_request, silence
from tests.worker.probes.kinds.vendor_status import samples
from tests.worker.probes.kinds.vendor_status.samples import ago, dumps, item, rss
from worker.contract.outcome import Blame, Reason
from worker.probes.kinds import KINDS
from worker.reporting.rows import MAX_ROW_BYTES, encode_row

Web = Callable[..., Awaitable[Listener]]
PAGE = dumps(samples.statuspage())


async def test_incidents_are_told_with_our_names_of_components(web: Web, look_at: LookAt) -> None:
    server = await web(PAGE)
    outcome = await look_at(
        "vendor_status",
        provider="statuspage",
        url=server.url("/"),
        components={"api (API.example.com)": "api", "Web": "web"},
    )

    assert outcome.ok, outcome
    assert server.requests[0].startswith(b"GET /api/v2/incidents.json HTTP/1.1")
    assert (outcome.extra["heard"], outcome.extra["changed"], outcome.extra["open"]) == (
        True,
        True,
        1,
    )
    (incident,) = outcome.extra["incidents"]
    assert incident["components"] == ["api"]
    assert incident["vendor_components"] == ["API (api.example.com)", "Chat"]
    assert outcome.detail == "heard: 1 open of 1 recent incidents"


async def test_all_well_is_heard_too_and_is_only_what_the_vendor_says(
    web: Web, look_at: LookAt
) -> None:
    body = dumps({"page": {"name": "x"}, "incidents": []})
    outcome = await look_at("vendor_status", provider="incident_io", url=(await web(body)).url())

    assert outcome.ok
    assert outcome.extra == {"heard": True, "changed": True, "open": 0, "incidents": []}


async def test_half_a_letter_in_a_page_is_told_as_a_mark(web: Web, look_at: LookAt) -> None:
    """As of vendors that cut a text between the halves of an emoji."""
    halves = '"\\ud83d"'
    body = dumps(samples.statuspage(name="?1", id="?2", status="?3")).decode()
    for number in (1, 2, 3):
        body = body.replace(f'"?{number}"', halves)
    server = await web(body.encode())
    outcome = await look_at("vendor_status", provider="statuspage", url=server.url())

    assert outcome.ok, outcome
    (incident,) = outcome.extra["incidents"]
    assert (incident["title"], incident["id"], incident["status"]) == ("?", "?", "?")
    json.dumps(outcome.extra, ensure_ascii=False).encode()


def test_it_does_not_vote() -> None:
    assert not KINDS["vendor_status"].params.votes
    assert all(kind.params.votes for name, kind in KINDS.items() if name != "vendor_status")


@pytest.mark.parametrize(
    ("status", "body", "reason", "said"),
    [
        (403, b"<html>Attention Required!</html>", Reason.BLOCKED, "a wall"),
        (405, b"<html>challenge</html>", Reason.BLOCKED, "a wall"),
        (429, b"", Reason.RATE_LIMITED, "limits"),
        (200, b"<!DOCTYPE html><title>Just a moment...</title>", Reason.CONTENT, "a page"),
        (200, b"", Reason.CONTENT, "empty"),
        (200, b"{}", Reason.CONTENT, "whose status page"),
        (200, PAGE[:-20], Reason.CONTENT, "no JSON"),
        (304, b"", Reason.STATUS, "304"),
        (503, b"", Reason.STATUS, "503"),
    ],
)
async def test_what_is_not_the_page_is_not_heard(
    web: Web, look_at: LookAt, status: int, body: bytes, reason: Reason, said: str
) -> None:
    outcome = await look_at(
        "vendor_status", provider="statuspage", url=(await web(body, status=status)).url()
    )

    assert (outcome.ok, outcome.reason, outcome.blame) == (False, reason, Blame.PROBER), outcome
    assert outcome.extra == {"heard": False}
    assert outcome.detail.startswith("not heard: ")
    assert said in outcome.detail


async def test_a_page_that_wants_to_be_left_alone_says_for_how_long(
    web: Web, look_at: LookAt
) -> None:
    server = await web(b"", status=429, headers={"Retry-After": "90"})
    outcome = await look_at("vendor_status", provider="statuspage", url=server.url())

    assert (outcome.reason, outcome.extra) == (
        Reason.RATE_LIMITED,
        {"heard": False, "retry_after_s": 90.0},
    )


async def test_a_page_that_is_away_is_nobodys_outage(
    listen: Listen, look_at: LookAt, closed_port: int
) -> None:
    for url in ((await listen(silence)).url(), f"http://127.0.0.1:{closed_port}/"):
        outcome = await look_at("vendor_status", provider="statuspage", url=url, timeout_ms=200)
        assert (outcome.ok, outcome.blame, outcome.extra) == (False, Blame.PATH, {"heard": False})


async def test_a_page_that_did_not_change_is_not_sent_again(
    listen: Listen, look_at: LookAt
) -> None:
    seen: list[bytes] = []

    async def answer(reader: Any, writer: Any) -> None:
        request = await read_request(reader)
        seen.append(request)
        named = b'etag: "v1"\r\nlast-modified: Tue, 24 Nov 2026 10:00:00 GMT\r\n'
        if b'if-none-match: "v1"' in request.lower():
            writer.write(b"HTTP/1.1 304 Not Modified\r\n" + named + b"\r\n")
        else:
            writer.write(
                b"HTTP/1.1 200 OK\r\n%scontent-length: %d\r\n\r\n%s" % (named, len(PAGE), PAGE)
            )
        await writer.drain()

    url = (await listen(answer)).url()
    first, second = [
        await look_at("vendor_status", provider="statuspage", url=url) for _ in range(2)
    ]

    assert b"if-modified-since: Tue, 24 Nov 2026 10:00:00 GMT" in seen[1]
    assert b"if-none-match" not in seen[0].lower()
    assert (first.ok, first.extra["changed"], second.ok, second.extra["changed"]) == (
        True,
        True,
        True,
        False,
    )
    assert second.extra["incidents"] == first.extra["incidents"]
    assert second.status_code == 304


async def test_without_names_of_versions_the_content_tells_whether_it_changed(
    web: Web, look_at: LookAt
) -> None:
    url = (await web(PAGE)).url()
    changed = [
        (await look_at("vendor_status", provider="statuspage", url=url)).extra["changed"]
        for _ in range(2)
    ]

    assert changed == [True, False]


async def test_a_wall_after_a_page_was_heard_is_not_heard(listen: Listen, look_at: LookAt) -> None:
    answers = [
        b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(PAGE), PAGE),
        b"HTTP/1.1 403 X\r\n\r\n",
    ]

    async def answer(reader: Any, writer: Any) -> None:
        await read_request(reader)
        writer.write(answers.pop(0))
        await writer.drain()

    url = (await listen(answer)).url()
    first, second = [
        await look_at("vendor_status", provider="statuspage", url=url) for _ in range(2)
    ]

    assert (first.ok, second.ok, second.extra) == (True, False, {"heard": False})


async def test_a_page_that_moved_is_followed(web: Web, look_at: LookAt) -> None:
    server = await web(PAGE)
    moved = await web(b"", status=302, headers={"Location": server.url("/api/v2/incidents.json")})

    assert (await look_at("vendor_status", provider="statuspage", url=moved.url())).ok


async def test_only_what_is_asked_for_and_recent_is_told(web: Web, look_at: LookAt) -> None:
    url = (await web(dumps(samples.google_cloud()))).url("")
    asked = {"provider": "google_cloud", "url": url}

    told = (await look_at("vendor_status", **asked)).extra["incidents"]
    assert [incident["id"] for incident in told] == ["gc1"], "what was over long ago is left out"
    assert (await look_at("vendor_status", **asked, only=["vertex gemini"])).extra["open"] == 1
    assert (await look_at("vendor_status", **asked, only=["europe-west1"])).extra["open"] == 1
    other = await look_at("vendor_status", **asked, only=["BigQuery"])
    assert (other.ok, other.extra["incidents"]) == (True, [])
    assert len((await look_at("vendor_status", **asked, hours=2160)).extra["incidents"]) == 2


async def test_azure_tells_what_goes_on_and_an_empty_feed_tells_nothing(
    web: Web, look_at: LookAt
) -> None:
    feed = rss(item("Issues in West US", more="<category>Storage</category>"))
    outcome = await look_at("vendor_status", provider="azure", url=(await web(feed)).url())
    assert (outcome.ok, outcome.extra["open"]) == (True, 1)
    assert outcome.extra["incidents"][0]["status"] == "active"

    url = (await web(rss())).url()
    empty = await look_at("vendor_status", provider="azure", url=url)
    assert (empty.ok, empty.extra) == (False, {"heard": False})
    assert (await look_at("vendor_status", provider="azure", url=url, may_be_empty=True)).ok


async def test_google_ai_is_asked_as_its_page_does(
    web: Web, look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_AISTUDIO", "page-key")
    server = await web(dumps(samples.google_ai()))
    outcome = await look_at(
        "vendor_status",
        provider="google_ai",
        url=server.url("/rpc"),
        headers={"X-Goog-Api-Key": "${env:OUTSCOPE_SECRET_AISTUDIO}"},
        components={"Gemini API": "api"},
    )

    assert outcome.extra["incidents"][0]["components"] == ["api"]
    request = server.requests[0]
    assert request.startswith(b"POST /rpc")
    assert request.endswith(b"\r\n\r\n[]")
    assert b"page-key" in request
    assert "page-key" not in repr(outcome)


async def test_a_result_is_never_too_long_for_a_report(web: Web, look_at: LookAt) -> None:
    long = [
        {
            **samples.statuspage()["incidents"][0],
            "id": f"i{number}",
            "name": "ü" * 4000,
            "updated_at": ago(number),
            "incident_updates": [{"body": "<b>ü</b>" * 4000, "created_at": ago(number)}],
            "components": [{"name": f"{part} {'n' * 300}"} for part in range(300)],
        }
        for number in range(40)
    ]
    body = dumps({"page": {}, "incidents": long})
    outcome = await look_at(
        "vendor_status", provider="statuspage", url=(await web(body)).url(), trace=True
    )

    assert outcome.ok, outcome
    assert outcome.extra["open"] == 40
    assert outcome.extra["left_out"] == 40 - len(outcome.extra["incidents"])
    assert outcome.extra["incidents"][0]["id"] == "i0", "the newest comes first"
    row = encode_row("c", 1, 0, 0, 0, outcome)
    assert len(row) < MAX_ROW_BYTES
    assert json.loads(row)[5], "it was not refused"


@pytest.mark.parametrize(
    ("encoding", "codec", "title"),
    [
        ("GB18030", "gb18030", "服务中断"),
        ("EUC-KR", "cp949", "장애 발생"),
        ("windows-1251", "cp1251", "Сбой"),
        ("ISO-8859-15", "iso8859-15", "Störung €"),
        ("UTF-16", "utf-16", "Störung"),
        ("Big5", "big5", "服務中斷"),
    ],
)
async def test_a_feed_may_be_in_any_encoding(
    web: Web, look_at: LookAt, encoding: str, codec: str, title: str
) -> None:
    text = rss(item(title, text="Resolved - x")).decode()
    body = text.replace("<?xml version='1.0'?>", "").replace('<?xml version="1.0"?>', "")
    declared = f'<?xml version="1.0" encoding="{encoding}"?>{body}'.encode(codec)
    bare = f"\n{body}".encode(codec)
    by_header = await web(bare, headers={"Content-Type": f"text/xml; charset={encoding}"})

    for server in (await web(declared), by_header):
        outcome = await look_at(
            "vendor_status", provider="rss", url=server.url("/feed"), hours=2000
        )
        assert outcome.ok, outcome
        assert outcome.extra["incidents"][0]["title"] == title


@pytest.mark.parametrize("encoding", ["x-none", "utf-7", "rot13", "idna"])
async def test_a_feed_in_an_encoding_that_nobody_knows_is_not_heard(
    web: Web, look_at: LookAt, encoding: str
) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?><rss><channel><item/></channel></rss>'
    outcome = await look_at(
        "vendor_status", provider="rss", url=(await web(body.encode())).url("/feed")
    )

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.PROBER)
    assert f"nobody knows the encoding '{encoding}'" in outcome.detail
