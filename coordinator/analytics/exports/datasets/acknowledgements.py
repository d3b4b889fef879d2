"""What vendors said of their incidents, beside what was seen."""

from typing import Final

import pyarrow as pa

from coordinator.analytics.exports.dataset import Dataset, Reading, Wanted
from coordinator.analytics.exports.rows import NAMES, Row
from coordinator.analytics.exports.tables import TableReading
from coordinator.archive.reading.record import Record
from coordinator.result_files.columns import NAME, TIME, field_of, schema_of
from coordinator.store.results.exporting import ACKNOWLEDGEMENT
from worker.contract.instant import parse_rfc3339

_BOUNDS: Final = (("", "best"), ("_least", "least"), ("_most", "most"))
_SCHEMA: Final = schema_of(
    "acknowledgements",
    1,
    (
        field_of("id", pa.string(), "the row's id", nullable=False),
        field_of("service", NAME, "whose vendor speaks", nullable=False),
        field_of(
            "state",
            NAME,
            "acknowledged, nothing_yet, never, not_heard, unseen, or void: no longer so",
            nullable=False,
        ),
        field_of("at", TIME, "when our incident was opened, else when it was read", nullable=False),
        field_of("incident", pa.string(), "id of our incident; null where we saw none"),
        field_of("first", pa.bool_(), "whether it is the first word on it", nullable=False),
        field_of("page", NAME, "the check that read the vendor's page; null in silence"),
        field_of("vendor_incident", pa.string(), "the vendor's own id"),
        field_of("title", pa.string(), "the vendor's title, as it is now"),
        field_of("status", NAME, "the vendor's own word, as it is now"),
        field_of("matched_by", NAME, "component or time"),
        field_of("observed_after", TIME, "it began after this, as we saw"),
        field_of("observed_by", TIME, "it had begun by then, as we saw"),
        field_of("claimed_start", TIME, "when it began, as the vendor claims"),
        field_of("published_at", TIME, "when it was published, as the vendor says"),
        field_of("seen_after", TIME, "the page did not have it yet, allowing for old copies"),
        field_of("seen_by", TIME, "the first look that read it"),
        field_of("lag_ms", pa.int64(), "from the observed start until it was admitted"),
        field_of("lag_least_ms", pa.int64(), "and not less; null where there is no bound"),
        field_of("lag_most_ms", pa.int64(), "and not more; null where there is no bound"),
        field_of("backdated", pa.bool_(), "dated before a look without it; null: cannot say"),
        field_of("scope_said", NAME, "how far it reaches, as the vendor says"),
        field_of("scope_observed", NAME, "the widest that the incident had"),
        field_of("scope", NAME, "right, narrower, wider, other or cannot_say"),
        field_of("components_said", NAMES, "components of ours that the vendor names"),
        field_of("components_missing", NAMES, "those that failed and are not admitted"),
        field_of("components_more", NAMES, "those that are admitted and were not seen to fail"),
        field_of("green_ms", pa.int64(), "the page was green while we saw it", nullable=False),
        field_of("unheard_ms", pa.int64(), "the page cannot be told then", nullable=False),
        field_of("gone_by", TIME, "the page has it no more since then"),
        field_of("edits", pa.int64(), "how many wordings were read"),
        field_of("remarks", NAMES, "what cannot be taken as it stands, and why", nullable=False),
    ),
)
_REACH: Final = ("scope_said", "scope_observed", "scope")
_LISTS: Final = ("components_said", "components_missing", "components_more")


def _flat(row: Row) -> Row:
    told = row["document"]
    vendor, reach = told["vendor"] or {}, told["reach"] or {}
    lag, began = told["lag"] or {}, told["observed_start"] or {}
    times = {
        name: told[name] for name in ("claimed_start", "published_at", "seen_after", "seen_by")
    }
    times |= {"observed_after": began.get("after"), "observed_by": began.get("by")}
    times |= {"gone_by": vendor.get("gone_by")}
    return {
        **{name: told[name] for name in ("id", "service", "state", "first", "matched_by")},
        "at": row["at"],
        "incident": told["incident_id"],
        "page": vendor.get("page"),
        "vendor_incident": vendor.get("incident"),
        **{name: vendor.get(name) for name in ("title", "status", "edits")},
        **{name: None if text is None else parse_rfc3339(text) for name, text in times.items()},
        **{f"lag{name}_ms": lag.get(f"{key}_ms") for name, key in _BOUNDS},
        "backdated": told["backdated"],
        **{name: reach.get(name) for name in _REACH},
        **{name: reach.get(name) or [] for name in _LISTS},
        **{name: told[name] for name in ("green_ms", "unheard_ms", "remarks")},
        "change": row["change"],
    }


def _prepared(rows: list[Row]) -> list[Row]:
    return [_flat(row) for row in rows]


def _read(record: Record, wanted: Wanted) -> Reading:
    return TableReading(_SCHEMA, ACKNOWLEDGEMENT, record, wanted, _prepared)


DATASET: Final[Dataset] = Dataset(
    name="acknowledgements",
    about=(
        "What vendors said of their incidents beside what we saw: a row for each incident and each"
        " statement on it; incidents that were never acknowledged and statements of what we never"
        " saw have rows of their own. Of services with a check of kind `vendor_status`."
    ),
    order="by `at`, then `id`; `since` and `until` bound `at`",
    schema=_SCHEMA,
    filters=frozenset({"service", "since", "until"}),
    increment=(
        "every row that was made or revised since, as it is now; it takes the place of the row with"
        " the same `id`. What is no longer so comes with the state `void`"
    ),
    read=_read,
)
