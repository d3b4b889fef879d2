"""Documents in words, for agents: what they say, which of two forms a client gets, and caches."""

import re

import httpx
import orjson
import pytest

from api.documents.markdown.text import front_matter, interval, plain, table
from api.http.answers.worded import prefers_markdown
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.routes.test_services import disrupted
from worker.contract.clock import now

WORDED = (
    "/v1/services",
    "/v1/services/claude",
    "/v1/services/claude/evidence",
    "/v1/incidents",
    "/v1/regions",
    "/v1/advice",
    "/v1/here",
)


def facts(text: str) -> dict[str, object]:
    """The front matter, as a reader of YAML would take it: each value is JSON."""
    lines = text.split("---\n")[1].splitlines()
    return {name: orjson.loads(value) for name, _, value in (one.partition(": ") for one in lines)}


async def test_a_service_is_told_in_words(configured: Store, api: httpx.AsyncClient) -> None:
    await disrupted(configured)
    answer = await api.get("/v1/services/claude.md")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    found = (await api.get("/v1/services/claude")).json()
    assert facts(answer.text)["scope"] == found["verdict"]["scope"]
    assert facts(answer.text)["regions"] == found["verdict"]["regions"]
    assert plain(found["verdict"]["reason"]) in answer.text
    assert "](/v1/services/claude/evidence)" in answer.text
    (incident,) = found["incidents"]
    assert f"](/v1/incidents/{incident['id']}.md)" in answer.text
    story = (await api.get(f"/v1/incidents/{incident['id']}.md")).text
    assert facts(story)["started_by"] == incident["started_by"]
    assert "opened" in story
    assert len(answer.content) < 4_000


async def test_all_that_is_told_has_front_matter_and_one_heading(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await disrupted(configured)
    for path in WORDED:
        text = (await api.get(f"{path}.md")).text
        assert facts(text), path
        assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1, path


async def test_the_form_is_chosen_by_accept_and_caches_are_told(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await seeds.judged(configured, now(), seeds.verdict("claude", now()))
    for path in WORDED:
        as_json = await api.get(path)
        in_words = await api.get(path, headers={"accept": "text/markdown"})
        assert as_json.headers["content-type"] == "application/json", path
        assert in_words.text.startswith("---\n"), path
        assert "Accept" in as_json.headers["vary"], path
        assert "Accept" in in_words.headers["vary"], path
        if path not in {"/v1/incidents", "/v1/here"}:  # have none
            assert as_json.headers["etag"] != in_words.headers["etag"], path


async def test_a_client_that_holds_the_words_is_not_sent_them_again(
    configured: Store, api: httpx.AsyncClient
) -> None:
    words = (await api.get("/v1/services.md")).headers["etag"]
    json = (await api.get("/v1/services")).headers["etag"]

    async def status(path: str, etag: str) -> int:
        return (await api.get(path, headers={"if-none-match": etag})).status_code

    assert await status("/v1/services.md", words) == 304
    assert await status("/v1/services.md", f'"x", {words}') == 304
    assert await status("/v1/services", words) == 200
    assert await status("/v1/services.md", json) == 200
    packed = await api.get("/v1/services.md", headers={"accept-encoding": "gzip"})
    assert await status("/v1/services.md", packed.headers["etag"]) == 304


async def test_what_is_not_there_is_a_problem_as_ever(api: httpx.AsyncClient) -> None:
    for path in ("/v1/services/nosuch.md", "/v1/incidents/nosuch.md", "/v1/gaps.md", "/v1/.md"):
        answer = await api.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json", path
    wrong = await api.get("/v1/incidents.md?limit=0")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_parameter")


async def test_head_and_other_methods(configured: Store, api: httpx.AsyncClient) -> None:
    head = await api.head("/v1/services.md")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/markdown")
    assert (await api.post("/v1/services.md")).status_code in {404, 405}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/markdown", True),
        ("text/markdown, */*;q=0.1", True),
        ("text/markdown;q=0.5, application/json", False),
        ("text/markdown;q=0", False),
        ("text/markdown;q=x", False),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        (",;,", False),
    ],
)
def test_who_prefers_words(accept: str, expected: bool) -> None:
    assert prefers_markdown(accept) is expected


def test_nothing_that_others_said_is_markup() -> None:
    said = plain("x\n# <b>[a](javascript:b)</b> `|` *c* \x1b[2J")
    assert "\n" not in said
    assert "\x1b" not in said
    assert re.sub(r"\\.", "", said) == re.sub(r"[<>\[\]`|*#]", "", re.sub(r"\\.", "", said))
    assert table(("a", "b"), [("x|y", None)]).splitlines()[-1] == r"| x\|y |  |"
    assert front_matter({"reason": "a\nb: c"}).splitlines() == ["---", 'reason: "a\\nb: c"', "---"]


def test_an_interval_says_only_what_is_known() -> None:
    assert interval(None, None) == "not known"
    assert interval(None, "b") == "by b"
    assert interval("a", None) == "after a"
    assert interval("a", "b") == "between a and b"
