"""Results in columns: one Arrow schema for archive and exports, whose fields carry what they mean.

Names repeat, so they are kept as numbers of a dictionary while they are in memory; files show them
as plain text.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

import pyarrow as pa

from worker.contract.result import FIELDS, TIMES

SCHEMA_NAME: Final = b"outscope.schema"
DESCRIPTION: Final = b"description"
JSON: Final = b"json"
"""Key in the metadata of a text column that holds JSON."""

TIME: Final = pa.timestamp("ms", tz="UTC")
NAME: Final = pa.dictionary(pa.int32(), pa.string())
REPEATING: Final = (
    "check",
    "service",
    "component",
    "kind",
    "region",
    "worker",
    "reason",
    "blame",
    "ip",
    "ip_country",
)
_TYPES: Final[Mapping[str, Any]] = {
    "id": pa.string(),
    **dict.fromkeys(REPEATING, NAME),
    **dict.fromkeys(TIMES, TIME),
    "attempt": pa.int32(),
    "ok": pa.bool_(),
    "detail": pa.string(),
    "status_code": pa.int32(),
    **dict.fromkeys(("dns_ms", "connect_ms", "tls_ms", "ttfb_ms", "total_ms"), pa.float64()),
    "asn": pa.int64(),
    "extra": pa.string(),
}
_MEANING: Final[Mapping[str, str]] = {
    "id": "derived from check, region, slot and attempt: one slot is one look",
    "check": "the standing order that was carried out",
    "service": "what people depend on",
    "component": "the feature of the service",
    "kind": "the type of the check",
    "region": "where the worker looked from",
    "worker": "which worker looked",
    "scheduled_at": "start of the slot: when the look was due",
    "started_at": "when the look began",
    "received_at": "when the coordinator got the result",
    "attempt": "0, or 1 and more for looks that confirm",
    "ok": "whether the look saw what it should",
    "reason": "why not, or ok",
    "blame": "who is to blame: only target and path count against a target",
    "detail": "one short sentence for people",
    "status_code": "what the protocol answered, such as the status of HTTP",
    "dns_ms": "looking up the name, in milliseconds",
    "connect_ms": "connecting, in milliseconds",
    "tls_ms": "agreeing on encryption, in milliseconds",
    "ttfb_ms": "from the request to the first byte, in milliseconds",
    "total_ms": "the whole look, in milliseconds",
    "ip": "the address that answered",
    "asn": "the network of that address",
    "ip_country": "the country of that address, as far as geoip2 knows",
    "extra": "JSON object: what only this kind of check measures, and as `vantage` where the"
    " worker looked from",
}
_REQUIRED: Final = FIELDS[: FIELDS.index("detail") + 1]


def field_of(
    name: str, kind: Any, meaning: str, *, nullable: bool = True, json: bool = False
) -> Any:
    """A column that says what it means; `json` when its text is JSON."""
    told = {DESCRIPTION: meaning.encode(), **({JSON: b"1"} if json else {})}
    return pa.field(name, kind, nullable=nullable, metadata=told)


def is_json(field: Any) -> bool:
    """Whether a column's text is JSON."""
    return JSON in (field.metadata or {})


def schema_of(name: str, version: int, columns: Iterable[Any]) -> Any:
    """A schema with its name and version, such as `results/1`."""
    return pa.schema(list(columns), metadata={SCHEMA_NAME: f"{name}/{version}".encode()})


RESULTS: Final = schema_of(
    "results",
    1,
    (
        field_of(
            name, _TYPES[name], _MEANING[name], nullable=name not in _REQUIRED, json=name == "extra"
        )
        for name in FIELDS
    ),
)


PLAIN: Final = pa.schema(
    [field.with_type(pa.string()) if field.name in REPEATING else field for field in RESULTS],
    metadata=RESULTS.metadata,
)
"""The same with names as plain text, for rows that are on their way to another order."""


@lru_cache(maxsize=64)
def part_of(schema: Any, names: tuple[str, ...]) -> Any:
    """The schema with these columns only, in this order."""
    return pa.schema([schema.field(name) for name in names], metadata=schema.metadata)


def batch_of(rows: Sequence[Mapping[str, Any]], schema: Any = RESULTS) -> Any:
    """Rows as the store keeps them (instants as milliseconds, JSON as text), as a record batch."""
    arrays = [array_of(list(map(itemgetter(field.name), rows)), field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def array_of(values: Sequence[Any], kind: Any) -> Any:
    """A column of values, instants as milliseconds; any number is a truth value where one is
    wanted.
    """
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode()
    if pa.types.is_boolean(kind):
        # of numbers or of truth values, as the database told them
        return pa.array(values).cast(kind)
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.int64()).cast(kind)
    return pa.array(values, kind)


def with_dictionaries(batch: Any) -> Any:
    """A record batch of `PLAIN` as one of `RESULTS`."""
    columns = [
        column.dictionary_encode() if field.name in REPEATING else column
        for field, column in zip(batch.schema, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=RESULTS)
