"""Results of every shape, and the same ones written in each format."""

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from backports import zstd
from pyarrow import parquet

from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import at
from worker.contract.result import FIELDS, TIMES, Result, to_record

NET = topology()
_PLAIN = results(NET, at(0), at(20), [Trouble(at(10), at(15), services=["claude"])])
FULL = {
    "detail": 'said "no", then\nhung up',
    "status_code": 503,
    "dns_ms": 1.25,
    "connect_ms": 20.0,
    "tls_ms": 31.5,
    "ttfb_ms": 48.75,
    "ip": "192.0.2.7",
    "asn": 64500,
    "ip_country": "IE",
    "extra": {"answers": ["192.0.2.7"], "days": 12},
}
FOUND: list[Result] = [
    result._replace(**FULL) if n % 3 else result for n, result in enumerate(_PLAIN)
]
RECORDS: list[dict[str, Any]] = [to_record(result) for result in FOUND]


def ndjson(records: list[dict[str, Any]] | None = None) -> bytes:
    return b"".join(
        orjson.dumps(record) + b"\n" for record in (RECORDS if records is None else records)
    )


def as_csv(records: list[dict[str, Any]] | None = None, names: tuple[str, ...] = FIELDS) -> bytes:
    """A table with a header row: empty is null, `extra` is JSON, ok is true or false."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(names)
    for record in RECORDS if records is None else records:
        table.writerow([_cell(name, record.get(name)) for name in names])
    return text.getvalue().encode()


def _cell(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if name == "extra":
        return orjson.dumps(value).decode()
    return str(value).lower() if isinstance(value, bool) else value


def table(
    found: list[Result] = FOUND, times: pa.DataType | None = None, **columns: Any
) -> pa.Table:
    """An Arrow table; `columns` replace those of the results, or leave one out when None."""
    made: dict[str, Any] = {}
    for name in FIELDS:
        values: list[Any] = [getattr(result, name) for result in found]
        if name in TIMES:
            made[name] = pa.array(values, pa.timestamp("ms", "UTC")).cast(
                times or pa.timestamp("ms", "UTC")
            )
        elif name == "extra":
            made[name] = pa.array([orjson.dumps(dict(value)).decode() for value in values])
        else:
            made[name] = pa.array([str(v) if name in ("reason", "blame") else v for v in values])
    made |= columns
    return pa.table({name: column for name, column in made.items() if column is not None})


def write(folder: Path, name: str) -> Path:
    """The samples as a file of this name, in the format and packing that its suffixes tell."""
    path = folder / name
    if ".parquet" in name:
        parquet.write_table(table(), path)
        return path
    content = as_csv() if ".csv" in name else ndjson()
    if name.endswith(".gz"):
        content = gzip.compress(content)
    elif name.endswith(".zst"):
        content = zstd.compress(content)
    path.write_bytes(content)
    return path
