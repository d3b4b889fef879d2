"""Every form in which vendors publish, read into the same incidents."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.probes.kinds.vendor_status import samples
from tests.worker.probes.kinds.vendor_status.samples import (
    ago,
    atom,
    dumps,
    item,
    mail_ago,
    ms_ago,
    rss,
)
from worker.contract.instant import parse_rfc3339, rfc3339
from worker.probes.kinds.vendor_status import aws, feed, google_ai, google_cloud, statuspage
from worker.probes.kinds.vendor_status.incident import UnheardError, moment, plain

REAL = Path(__file__).resolve().parents[5].parent / "shared" / "data"
READERS = {
    "statuspage": statuspage.read,
    "google_cloud": google_cloud.read,
    "google_ai": google_ai.read,
    "aws": aws.read,
    "feed": lambda body: feed.read(body, may_be_empty=False),
}


def test_statuspage_tells_four_clocks_and_every_component() -> None:
    (incident,) = statuspage.read(dumps(samples.statuspage()))

    assert (incident.started_at, incident.published_at) == (ms_ago(45), ms_ago(30))
    assert (incident.updated_at, incident.resolved_at) == (ms_ago(5), None)
    assert incident.components == ("API (api.example.com)", "Chat")
    assert (incident.status, incident.impact, incident.updates) == ("identified", "major", 2)
    assert incident.is_open
    extra = incident.to_extra({"api (api.example.com)": "api"})
    assert extra["latest"] == "Found it & fixing."
    assert extra["components"] == ["api"]
    assert extra["started_at"] == rfc3339(ms_ago(45))


def test_an_incident_that_is_over_is_not_open() -> None:
    (incident,) = statuspage.read(dumps(samples.statuspage(status="resolved", resolved_at=ago(1))))
    assert (incident.is_open, incident.resolved_at) == (False, ms_ago(1))
    (postmortem,) = statuspage.read(dumps(samples.statuspage(status="postmortem")))
    assert not postmortem.is_open


def test_incidents_without_components_or_updates_are_read() -> None:
    """As incident.io serves them."""
    (incident,) = statuspage.read(
        dumps(samples.statuspage(components=None, incident_updates=[], started_at=None))
    )
    assert (incident.components, incident.updates) == ((), 0)
    assert incident.started_at == incident.published_at == ms_ago(30)


def test_google_cloud_tells_products_and_places() -> None:
    incident, past = google_cloud.read(dumps(samples.google_cloud()))

    assert (incident.started_at, incident.published_at, incident.updated_at) == (
        ms_ago(60),
        ms_ago(40),
        ms_ago(10),
    )
    assert incident.components == ("Vertex Gemini API", "Multiple Products")
    assert incident.regions == ("us-central1", "europe-west1")
    assert (incident.is_open, incident.latest) == (True, "Mitigation under way.")
    assert not past.is_open


@pytest.mark.parametrize(
    ("state", "said"), [(1, "investigating"), (4, "resolved"), (5, "mitigated")]
)
def test_google_ai_is_read_by_place(state: int, said: str) -> None:
    (incident,) = google_ai.read(dumps(samples.google_ai(state)))

    assert (incident.id, incident.status) == ("GeminiAPI-1", said)
    assert (incident.published_at, incident.updated_at) == (ms_ago(35), ms_ago(5))
    assert incident.components == ("Gemini API", "Google AI Studio")
    assert incident.resolved_at == (ms_ago(5) if state == 4 else None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le"])
def test_aws_is_read_in_any_encoding_of_json(encoding: str) -> None:
    (incident,) = aws.read(json.dumps(samples.aws()).encode(encoding))

    assert incident.started_at == ms_ago(60)
    assert (incident.published_at, incident.updated_at) == (ms_ago(50), ms_ago(10))
    assert incident.components == ("Amazon Bedrock", "AWS Lambda")
    assert incident.regions == ("us-east-1", "N. Virginia")
    assert (incident.status, incident.latest, incident.is_open) == ("disrupted", "We mend.", True)


def test_aws_with_a_byte_order_mark_in_big_endian() -> None:
    assert len(aws.read(b"\xfe\xff" + json.dumps(samples.aws()).encode("utf-16-be"))) == 1


def test_aws_says_that_nothing_is_wrong_with_an_empty_array() -> None:
    assert aws.read(b"[]") == []
    (over,) = aws.read(dumps(samples.aws("0")))
    assert (over.is_open, over.resolved_at) == (False, ms_ago(10))


@pytest.mark.parametrize(
    ("title", "text", "more", "status"),
    [
        (
            "Errors",
            "<p><small>Nov 25, 11:14 UTC</small><br/><strong>Resolved</strong> - Fixed.</p>",
            "",
            "resolved",
        ),
        ("Errors", "<b>Status: Monitoring</b>", "", "monitoring"),
        ("[RESOLVED] Errors", "We mended it.", "", "resolved"),
        ("Service is operating normally: Errors", "", "", "resolved"),
        (
            "Errors",
            "",
            "<category>investigating</category><category>API</category>",
            "investigating",
        ),
        ("Errors", "Something is odd.", "", ""),
    ],
)
def test_items_of_a_feed_tell_their_status_in_many_ways(
    title: str, text: str, more: str, status: str
) -> None:
    (incident,) = feed.read(rss(item(title, text=text, more=more)), may_be_empty=False)

    assert incident.status == status
    assert incident.published_at == ms_ago(10)
    assert incident.is_open == (status in ("monitoring", "investigating"))
    assert incident.components == (("API",) if more else ())


def test_an_atom_feed_is_read() -> None:
    entry = (
        "<entry><id>tag:1</id><title>Outage</title><link"
        f' href="https://status.example/1"/><published>{ago(20)}</published><updated>{ago(2)}</updated><category'
        ' term="Chat"/><content type="html">&lt;p&gt;Identified - x&lt;/p&gt;</content></entry>'
    )
    (incident,) = feed.read(atom(entry), may_be_empty=False)

    assert (incident.id, incident.status, incident.url) == (
        "tag:1",
        "identified",
        "https://status.example/1",
    )
    assert (incident.published_at, incident.updated_at) == (ms_ago(20), ms_ago(2))
    assert incident.components == ("Chat",)


def test_an_empty_feed_says_nothing_unless_it_may() -> None:
    with pytest.raises(UnheardError, match="empty"):
        feed.read(rss(), may_be_empty=False)
    assert feed.read(rss(), may_be_empty=True) == []


WALL = b"<!DOCTYPE html><html><title>Just a moment...</title></html>"
BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b'
    b' "&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>'
)
FILE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel>&f;</channel></rss>'
TYPED = (
    b"<!DOCTYPE rss SYSTEM"
    b' "http://x/rss.dtd"><rss><channel><item><title>x</title></item></channel></rss>'
)
NOTHING = (
    b"",
    b"  \n",
    b"{}",
    b"null",
    b"3",
    b'"x"',
    WALL,
    BOMB,
    FILE,
    TYPED,
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"<rss/>",
)
DEEP = b"<rss>" + b"<channel>" * 1000


@pytest.mark.parametrize("body", [*NOTHING, DEEP], ids=lambda body: repr(body[:16]))
@pytest.mark.parametrize("reader", READERS)
def test_what_makes_no_sense_is_not_heard(reader: str, body: bytes) -> None:
    with pytest.raises(UnheardError):
        READERS[reader](body)


def test_lists_that_are_never_empty_say_nothing_when_they_are() -> None:
    for read in (google_cloud.read, google_ai.read):
        with pytest.raises(UnheardError, match="no incident at all"):
            read(b"[]")
    with pytest.raises(UnheardError, match="whose status page"):
        statuspage.read(b'{"incidents": []}')
    assert statuspage.read(b'{"page": {"name": "new"}, "incidents": []}') == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "page",
                    "incidents",
                    "begin",
                    "updates",
                    "components",
                    "event_log",
                    "status",
                    "error",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(sorted(READERS)))
def test_any_json_is_read_or_not_heard(document: object, reader: str) -> None:
    try:
        incidents = READERS[reader](dumps(document))
    except UnheardError:
        return
    for incident in incidents:
        json.dumps(incident.to_extra({}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-09-15T09:48:23.076Z", "2026-09-15T09:48:23.076Z"),
        ("2026-09-15T02:48:23-07:00", "2026-09-15T09:48:23.000Z"),
        ("Tue, 15 Sep 2026 02:48:23 PDT", "2026-09-15T09:48:23.000Z"),
        ("Tue, 15 Sep 2026 09:48:23 Z", "2026-09-15T09:48:23.000Z"),
        (1789465703, "2026-09-15T09:48:23.000Z"),
        ("1789465703", "2026-09-15T09:48:23.000Z"),
    ],
)
def test_moments_are_read_as_vendors_write_them(text: object, expected: str) -> None:
    assert moment(text) == parse_rfc3339(expected)


@pytest.mark.parametrize(
    "text", ["", None, "yesterday", True, "2026-09-15", 12, "9" * 30, [], mail_ago(0)[:8]]
)
def test_what_is_no_moment_is_none(text: object) -> None:
    assert moment(text) is None


@given(st.text(max_size=40) | st.integers() | st.floats())
def test_any_text_is_a_moment_or_none(text: object) -> None:
    at = moment(text)
    assert at is None or rfc3339(at)


def test_a_flood_of_signs_is_read_at_once() -> None:
    began = time.process_time()
    incidents = feed.read(
        rss(*(item("<![CDATA[" + "<" * 4000 + "]]>", text="<" * 4000) for _ in range(200))),
        may_be_empty=False,
    )
    assert {incident.to_extra({})["title"] for incident in incidents} == {"<" * 279 + "…"}

    assert time.process_time() - began < 2


def test_texts_are_short_and_without_markup() -> None:
    assert plain("<p>a&nbsp;b<br/>c</p>\n") == "a b c"
    assert len(plain("x" * 5000)) == 280


@pytest.mark.skipif(not REAL.is_dir(), reason="no records of real incidents beside the checkout")
def test_real_records_are_read_as_what_they_are() -> None:
    (claude,) = statuspage.read((REAL / "statuspage_v2_claude_incident_sample.json").read_bytes())
    assert rfc3339(claude.published_at or 0) == "2026-09-15T09:48:23.229Z"
    assert rfc3339(claude.resolved_at or 0) == "2026-09-15T11:14:44.380Z"
    assert "Claude API (api.anthropic.com)" in claude.components
    assert (claude.impact, claude.is_open) == ("major", False)

    cloud = google_cloud.read((REAL / "gcp_incidents_2021-07_2022-07.json").read_bytes())
    assert len(cloud) == 157
    assert all(
        incident.title and incident.started_at and incident.published_at for incident in cloud
    )
    assert not any(incident.is_open for incident in cloud)
    assert sum(bool(incident.regions) for incident in cloud) == 52, "older ones tell no places"


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Sun, 01 Mar 2026 14:32:07 GMT", "2026-03-01T14:32:07.000Z"),
        ("Sun, 01 Mar 2026 14:32:07 CEST", "2026-03-01T12:32:07.000Z"),
        ("Sun, 01 Mar 2026 14:32:07 IST", "2026-03-01T09:02:07.000Z"),
        ("Sun, 01 Mar 2026 14:32 PDT", "2026-03-01T21:32:00.000Z"),
        ("Sun, 01 Mar 2026 14:32:07 +0530", "2026-03-01T09:02:07.000Z"),
        ("Sun, 01 Mar 2026 14:32:07 QQT", None),
    ],
)
def test_a_moment_is_read_in_its_zone_and_none_in_a_zone_that_nobody_knows(
    text: str, utc: str | None
) -> None:
    found = moment(text)
    assert (None if found is None else rfc3339(found)) == utc
