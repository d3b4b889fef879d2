"""What items of feeds say of their status, in titles, labels and sentences."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.probes.kinds.vendor_status.samples import item, rss
from worker.contract.clock import now
from worker.probes.kinds.vendor_status import feed
from worker.probes.kinds.vendor_status.incident import VendorIncident
from worker.probes.kinds.vendor_status.words.saying import label_of_title, labelled, said
from worker.probes.kinds.vendor_status.words.updates import newest_status

NEAR = int(datetime(2025, 9, 10, 12, tzinfo=UTC).timestamp() * 1000)
NOTE = "<p><small>{}</small><br><strong>{}</strong> - {}</p>"
OVER = ("resolved", "cancelled", "postmortem")
SEP = "Sep <var data-var='date'>10</var>, <var data-var='time'>{}</var> UTC"


def told(title: str, text: str = "", *, minutes: float = 10) -> VendorIncident:
    (incident,) = feed.read(rss(item(title, text=text, minutes=minutes)), may_be_empty=False)
    return incident.as_of(now())


def notes(*updates: tuple[str, str]) -> str:
    """Updates as status pages write them; of some, the time is enough to say."""
    whole = [(f"Sep 10, {at} UTC" if len(at) == 5 else at, status) for at, status in updates]
    return "".join(NOTE.format(at, status, "Some words.") for at, status in whole)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (notes(("09:00", "Resolved"), ("08:00", "Identified")), "resolved"),
        (notes(("08:00", "Identified"), ("09:00", "Resolved")), "resolved"),
        (
            notes(("09:00", "Investigating"), ("08:00", "Resolved")),
            "investigating",
        ),
        (
            notes(("Sep 10, 01:00 PDT", "Monitoring"), ("07:30", "Identified")),
            "monitoring",
        ),
        (
            notes(("07:30", "Identified"), ("Sep 10, 01:00 PDT", "Monitoring")),
            "monitoring",
        ),
        (
            notes(("10 Sep, 10:30 CEST", "Resolved"), ("10 Sep 2025, 09:30 BST", "Identified")),
            "resolved",
        ),
        (
            notes(("2025-09-10 10:30 +0530", "Identified"), ("2025-09-10T05:30:00Z", "Resolved")),
            "resolved",
        ),
        (
            notes(("Sep 10, 11:50 PM UTC", "Resolved"), ("Sep 10, 11:50 AM UTC", "Identified")),
            "resolved",
        ),
        (
            notes(("Sep 10, 12:10 AM UTC", "Identified"), ("Sep 10, 12:10 PM UTC", "Resolved")),
            "resolved",
        ),
        (notes(("Jan 1, 00:30 UTC", "Resolved"), ("Dec 31, 23:30 UTC", "Identified")), "resolved"),
        (
            notes(("September 9th at 23:00", "Identified"), ("10 Sep, 01:00 UTC", "Resolved")),
            "resolved",
        ),
        (notes(("", "Investigating"), ("", "Identified"), ("", "Resolved")), "resolved"),
        (notes(("", "Resolved"), ("", "Identified"), ("", "Investigating")), "resolved"),
        (notes(("", "Monitoring"), ("", "Investigating")), "monitoring"),
        (
            "<b>Identified</b><br>Sep 10, 08:00 UTC<br><b>Resolved</b><br>Sep 10, 09:00 UTC",
            "resolved",
        ),
        (
            "<b>Identified</b><br>Sep 10, 10:00 UTC<br><b>Resolved</b><br>Sep 10, 09:00 UTC",
            "identified",
        ),
        ("Resolved: Sep 10, 09:00 UTC<br>Identified: Sep 10, 08:00 UTC", "resolved"),
        ("[09:00 UTC] nothing<br>Status: Monitoring", "monitoring"),
        ("Current status - Resolved", "resolved"),
        (notes(("09:00", "Update"), ("08:00", "Identified")), "identified"),
        (notes(("09:00", "Partially resolved")), "partially resolved"),
        (notes(("09:00", "Not resolved")), "unresolved"),
        (notes(("09:00", "Unresolved")), "unresolved"),
        ("Resolved: no", "unresolved"),
        ("Resolved - No", "unresolved"),
        ("Resolved: yes", "resolved"),
        (
            notes(("09:00", "Completed"), ("08:00", "In progress")),
            "resolved",
        ),
        (
            notes((SEP.format("04:00"), "Verifying"), (SEP.format("03:00"), "In progress")),
            "verifying",
        ),
        (
            notes(("09:00", "Postmortem"), ("Sep 9, 08:00 UTC", "Resolved")),
            "postmortem",
        ),
        (notes(("09:00", "Canceled")), "cancelled"),
        ("Monitoring dashboards are down.", ""),
        ("Resolved hosts cannot be reached.", ""),
        ("Feb 30, 09:00 UTC<br>Resolved - x", "resolved"),
        ("", ""),
    ],
)
def test_the_newest_update_tells_the_status(text: str, status: str) -> None:
    assert newest_status(text, NEAR) == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("This incident has been resolved.", "resolved"),
        ("The issue was identified and has been resolved.", "resolved"),
        ("All systems are back to normal.", "resolved"),
        ("The maintenance has been completed.", "resolved"),
        ("We have not resolved the issue yet and are investigating.", "investigating"),
        ("This is not resolved.", "unresolved"),
        ("This isn't resolved yet.", "unresolved"),
        ("The issue hasn't been fully resolved.", "unresolved"),
        ("The issue is unresolved.", "unresolved"),
        ("It has not yet been fully resolved; a fix is identified.", "identified"),
        ("It is only partially resolved.", "partially resolved"),
        ("Mostly resolved, some queues are long.", "partially resolved"),
        ("Resolved for some customers.", "partially resolved"),
        ("We will write again once the issue is resolved.", "unresolved"),
        ("We expect it to be resolved by noon.", "unresolved"),
        ("It will be resolved soon. We are monitoring.", "monitoring"),
        ("Until this is resolved, use the web site.", "unresolved"),
        ("Nothing is resolved.", "unresolved"),
        ("A fix is in place and we are monitoring.", "monitoring"),
        ("The maintenance is in progress.", "in progress"),
        ("We will be monitoring the work.", ""),
        ("Users cannot complete checkout.", ""),
        ("We do not know why, but it is resolved.", "resolved"),
        ("There is no doubt: resolved.", "resolved"),
        ("We are looking into it.", ""),
    ],
)
def test_sentences_tell_it_unless_they_deny_it(text: str, status: str) -> None:
    assert said(text) == status


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("[RESOLVED] Errors", "resolved"),
        ("Resolved: Major outage", "resolved"),
        ("Resolved - Major outage", "resolved"),
        ("Errors in Europe - Resolved", "resolved"),
        ("Errors in Europe (monitoring)", "monitoring"),
        ("Errors in Europe: resolved.", "resolved"),
        ("[Not resolved] Errors", "unresolved"),
        ("Errors [unresolved]", "unresolved"),
        ("Errors (partially resolved)", "partially resolved"),
        ("Resolved (partially): Errors", "partially resolved"),
        ("Errors - resolved in part", "partially resolved"),
        ("Resolved? Errors", ""),
        ("Resolved: no - Errors", "unresolved"),
        ("Investigating elevated errors", ""),
        ("Monitoring dashboards are unavailable", ""),
        ("Scheduled jobs are delayed", ""),
        ("Monitoring-agent fails", ""),
        ("Completed orders are lost", ""),
        ("Names are not resolved", ""),
    ],
)
def test_a_label_of_a_title_stands_apart(title: str, status: str) -> None:
    assert label_of_title(title) == status


@pytest.mark.parametrize(
    ("title", "text", "is_open"),
    [
        ("Scheduled maintenance of the database", notes(("04:00", "Completed")), False),
        ("Scheduled maintenance of the database", "The maintenance is completed.", False),
        (
            "Scheduled maintenance of the database",
            notes(("04:00", "In progress")),
            True,
        ),
        ("Scheduled maintenance", "We will be monitoring it.", False),
        ("Planned network upgrade", "", False),
        ("Planned network upgrade in progress", "", True),
        ("Planned network upgrade", "The upgrade has begun.", True),
        ("Planned upgrade of the monitoring system", "", False),
        ("Scheduled maintenance completed", "", False),
        ("Scheduled maintenance has not been completed", "", True),
        ("Completed: Scheduled maintenance", "", False),
        ("Emergency maintenance under way", "", True),
        ("Scheduled reports are late", notes(("04:00", "Identified")), True),
        ("Scheduled reports are late", notes(("04:00", "Resolved")), False),
        ("Monitoring is down", notes(("04:00", "Resolved")), False),
        ("Investigating slow logins", notes(("04:00", "Resolved")), False),
        ("Investigating slow logins", "", True),
        ("[Resolved] Slow logins", notes(("04:00", "Investigating")), False),
        ("Slow logins", "We have not resolved this; we are investigating.", True),
        ("Slow logins", "This is partially resolved.", True),
        ("Slow logins - not resolved", "", True),
        ("Slow logins", "Resolved: no", True),
        ("Slow logins have been resolved", "", False),
        ("Service is not operating normally", "", True),
        ("Service is operating normally: Slow logins", "", False),
        ("Slow logins", "Something is odd.", False),
    ],
)
def test_an_item_is_open_or_not(title: str, text: str, is_open: bool) -> None:
    assert told(title, text).is_open is is_open


def test_what_is_dated_tomorrow_is_not_open_now() -> None:
    for title in ("Maintenance - In progress", "Scheduled maintenance", "Investigating logins"):
        incident = told(title, minutes=-60 * 24)
        assert (incident.status, incident.is_open) == ("scheduled", False)
    assert told("Investigating logins", minutes=-5).is_open  # a clock that is ahead
    assert VendorIncident("1", "x", "scheduled").is_open is False


@given(
    st.text(max_size=80),
    st.sampled_from(["", "Resolved ", "not ", "Sep 99, 25:61 UTC ", "<b>Resolved</b> - "]),
    st.sampled_from([0, NEAR, 253_402_300_000_000]),
)
def test_any_text_tells_a_status_or_none(text: str, before: str, near: int) -> None:
    for line in (before + text, text + before):
        for status in (newest_status(line, near), said(line), label_of_title(line), labelled(line)):
            assert isinstance(status, str)


@pytest.mark.parametrize("word", ["x", "not ", "is now ", "scheduled a ", "partially ", "n'"])
def test_a_text_without_end_is_read(word: str) -> None:
    """It takes hours where each letter is compared with each."""
    endless = word * (1_000_000 // len(word))
    incident = told(endless, endless)
    assert incident.id
    assert said(endless[:200_000]) in ("", "unresolved", "partially resolved")
