"""Records of real incidents become scenarios; what is no use is counted."""

import json
from itertools import chain
from pathlib import Path

import pytest

from coordinator.evaluation.simulator import Shape, scenario
from coordinator.evaluation.simulator.fleet.places import PLACES
from coordinator.evaluation.simulator.records import Record, read_records, scenarios_of
from coordinator.evaluation.simulator.records.clock import told_span
from coordinator.evaluation.simulator.records.locations import Reach, located, regions_in
from coordinator.evaluation.simulator.records.symptoms import only_slow, stated_share
from worker.contract.instant import parse_rfc3339, rfc3339

REAL = Path(__file__).resolve().parents[4].parent / "shared" / "data"
MINUTE_MS = 60_000
TEN = PLACES[:10]


def incident(**changed: object) -> dict[str, object]:
    """One incident in the shape of the cloud's own list: Tokyo first, then Belgium as well."""
    update = {"text": "We see elevated errors."}
    return {
        "number": "17",
        "begin": "2022-03-01T10:00:00+00:00",
        "created": "2022-03-01T10:41:00+00:00",
        "end": "2022-03-01T12:00:00+00:00",
        "external_desc": "Elevated errors in Cloud Things",
        "affected_products": [{"title": "Cloud Things"}],
        "updates": [
            {
                **update,
                "created": "2022-03-01T11:00:00+00:00",
                "affected_locations": [{"id": "asia-northeast1"}, {"id": "europe-west1"}],
            },
            {
                **update,
                "created": "2022-03-01T10:41:00+00:00",
                "affected_locations": [{"id": "asia-northeast1"}],
            },
        ],
        **changed,
    }


def read(folder: Path, *incidents: object) -> list[Record]:
    (folder / "gcp_incidents.json").write_text(json.dumps(incidents))
    return read_records(folder).usable


def test_an_incident_becomes_a_scenario_with_its_regions_duration_and_delay(tmp_path: Path) -> None:
    known = scenarios_of(read(tmp_path, incident()))
    play = scenario("record:GCP:17", known).build(Shape(), 3)
    assert play.truths[0].since - play.warm_until < 5 * MINUTE_MS
    assert play.truths[-1].until - play.truths[0].since == 120 * MINUTE_MS
    assert play.truths[0].regions == ("ap-northeast",)
    assert play.truths[-1].regions == (
        "ap-northeast",
        "eu-central",
    ), "the nearest that we have to Belgium"
    changed = next(truth.since for truth in play.truths if len(truth.regions) == 2)
    assert changed - play.truths[0].since == 60 * MINUTE_MS
    assert play.published_at == play.truths[0].since + 41 * MINUTE_MS
    assert len({truth.components for truth in play.truths}) == 1


def test_a_share_that_the_vendor_states_is_the_share(tmp_path: Path) -> None:
    found = read(
        tmp_path, incident(external_desc="Requests fail: up to 12% of requests return errors.")
    )
    truths = scenarios_of(found)["record:GCP:17"].build(Shape(), 3).truths
    assert {truth.share for truth in truths} == {0.12}


def test_a_share_that_nobody_states_is_drawn_with_the_published_medians(tmp_path: Path) -> None:
    one = scenarios_of(read(tmp_path, incident()))["record:GCP:17"]
    truths = [one.build(Shape(3, 1), seed).truths for seed in range(150)]
    peaks = sorted(max(truth.share for truth in each) for each in truths)
    averages = sorted(_average(each) for each in truths)
    assert 0.11 < peaks[75] < 0.23
    assert 0.04 < averages[75] < 0.085


def _average(truths: tuple[object, ...]) -> float:
    spans = [(t.until - t.since, t.share) for t in truths]  # type: ignore[attr-defined]
    return sum(lasts * share for lasts, share in spans) / sum(lasts for lasts, _ in spans)


def test_slow_words_make_it_slow(tmp_path: Path) -> None:
    found = read(tmp_path, incident(external_desc="Higher latency of Cloud Things"))
    assert all(
        truth.slow for truth in scenarios_of(found)["record:GCP:17"].build(Shape(), 3).truths
    )


def test_days_are_shortened(tmp_path: Path) -> None:
    found = read(tmp_path, incident(end="2022-03-04T10:00:00+00:00"))
    truths = scenarios_of(found)["record:GCP:17"].build(Shape(), 3).truths
    assert truths[-1].until - truths[0].since == 240 * MINUTE_MS


def test_bad_records_are_skipped_and_counted(tmp_path: Path) -> None:
    bad = [
        incident(number="1", end=None),
        incident(number="2", begin="yesterday"),
        incident(number="3", end="2022-03-01T09:00:00+00:00"),
        incident(number="4", updates=[], external_desc="Something is wrong"),
        incident(number="5", updates="none"),
        incident(number="6", end="2022-03-01T10:00:10+00:00"),
        "no incident",
        17,
        incident(),
        incident(),
    ]
    (tmp_path / "gcp_incidents.json").write_text(json.dumps(bad))
    (tmp_path / "aws_shd_archive.json").write_text("{")
    (tmp_path / "cloud_label_x.csv").write_bytes(b"\xff\xfe")
    records = read_records(tmp_path)
    assert [record.id for record in records.usable] == ["GCP:17"]
    assert sum(records.skipped.values()) == len(bad) - 1 + 2
    assert records.skipped["it names no location"] == 1
    assert records.skipped["told twice"] == 1
    assert records.skipped["aws_shd_archive.json cannot be read"] == 1


def test_an_event_in_prose_is_read(tmp_path: Path) -> None:
    event = {
        "service_name": "Things (Ohio)",
        "summary": "[RESOLVED] Connectivity Issues",
        "date": "1624564393",  # 12:53 PM PDT
        "description": (
            "<span>12:53 PM PDT</span> Between 12:15 PM and 12:21 PM PDT we observed connectivity"
            " issues."
        ),
        "service": "things-us-east-2",
    }
    untimed = {**event, "description": "Something was wrong."}
    (tmp_path / "aws_shd_archive.json").write_text(json.dumps({"archive": [event, untimed, {}]}))
    records = read_records(tmp_path)
    (record,) = records.usable
    assert record.lasts_ms == 6 * MINUTE_MS
    assert record.delay_ms is not None
    assert record.delay_ms // MINUTE_MS == 38
    assert record.reach_spans[0].reach == Reach(places=frozenset({"us-ohio"}))
    assert records.skipped.total() == 2


def test_labelled_rows_are_read_with_their_several_ways_to_tell_a_time(tmp_path: Path) -> None:
    names = [
        "",
        "vendor",
        "service",
        *(f"label_{n}" for n in ("start_time", "end_time", "location", "user_symptom")),
    ]
    rows = [
        ["7", "AWS", "x", "23:30", "00:15", "N. Virginia", "errors"],
        ["", "Azure", "", "20210721T07:00:00", "20210721T13:55:00", "West Europe", "errors"],
        [
            "9",
            "GCP",
            "",
            "2021-01-19 07:50:00",
            "2021-01-19 08:57:23",
            "US (us-central1, us-east1)",
            "slow",
        ],
        ["10", "GCP", "", "UNKNOWN", "UNKNOWN", "Global", ""],
        ["11", "GCP", "", "2021-01-19 07:50:00", "2021-01-19 08:57:23", "UNKNOWN", ""],
    ]
    lines = [",".join(names), *(",".join(f'"{cell}"' for cell in row) for row in rows)]
    (tmp_path / "cloud_label_x.csv").write_text("\n".join(lines))
    records = read_records(tmp_path)
    assert [record.id for record in records.usable] == [
        "AWS-labelled:7",
        "Azure-labelled:row-2",
        "GCP-labelled:9",
    ]
    assert [record.lasts_ms // MINUTE_MS for record in records.usable] == [45, 415, 67]
    assert records.skipped.total() == 2


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("us-east4", ("us-east",)),
        ("europe-west2-a", ("eu-west",)),
        ("Global", tuple(place.id for place in TEN)),
        ("Europe", ("eu-west", "eu-central")),
        ("asia-east1 asia-east2 asia-south1", ("ap-northeast", "ap-south")),
        ("N. Virginia", ("us-east",)),
        ("West Europe (Amsterdam) or Southeast Asia (Singapore)", ("eu-central", "ap-south")),
        ("Cape Town", ("af-south",)),
        ("nowhere in particular", ()),
    ],
)
def test_locations_are_mapped_to_the_regions_that_we_have(
    text: str, regions: tuple[str, ...]
) -> None:
    found = located(text)
    assert regions_in(found, TEN) == regions
    assert bool(found) == bool(regions)


def test_clock_times_lie_around_the_publication() -> None:
    published = parse_rfc3339("2021-08-07T07:30:00Z")  # 12:30 AM PDT
    span = told_span("Between August 6 11:50 PM PDT and 12:20 AM PDT, we saw errors.", published)
    assert span is not None
    assert (rfc3339(span.begin), rfc3339(span.end)) == (
        "2021-08-07T06:50:00.000Z",
        "2021-08-07T07:20:00.000Z",
    )
    assert told_span("We are investigating.", published) is None


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Up to 40% packet loss between zones", 0.4),
        ("Average error rate of 2.3% and a peak of 9 % of requests", 0.09),
        ("The rollback that fixes the errors is 50% complete", None),
        ("Cluster at 100% utilization caused errors", None),
        ("Errors occurred", None),
    ],
)
def test_only_shares_of_requests_count(text: str, share: float | None) -> None:
    assert stated_share(text) == share


def test_slow_is_only_slow_when_nothing_failed() -> None:
    assert only_slow("Higher latency")
    assert not only_slow("Higher latency and errors")
    assert not only_slow("Timeouts")


@pytest.mark.skipif(not REAL.is_dir(), reason="the records are not here")
def test_the_real_records_become_plays() -> None:
    records = read_records(REAL)
    assert len(records.usable) > 400
    delays = sorted(
        r.delay_ms for r in records.usable if r.delay_ms is not None and r.id.startswith("GCP:")
    )
    assert 20 < delays[len(delays) // 2] / MINUTE_MS < 120
    for one in list(scenarios_of(records.usable).values())[::20]:
        play = one.build(Shape(5, 1), 1)
        assert play.truths
        assert play.until - play.since < 6 * 60 * MINUTE_MS
        assert all(truth.regions and truth.components for truth in play.truths)
    assert next(chain.from_iterable(play.stream())).service
