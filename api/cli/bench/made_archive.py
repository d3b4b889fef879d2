"""An archive of made-up results that look like live ones, in columns: seconds for millions of
them.
"""

from typing import Any, Final

import numpy as np
import pyarrow as pa

from coordinator.archive.manifest import DAY_MS, Manifest, day_text
from coordinator.archive.moving.making import described
from coordinator.archive.part_file import PartWriter, windows
from coordinator.archive.place import Place
from coordinator.result_files.columns import NAME, RESULTS
from worker.contract.instant import Instant

SERVICES: Final = ("claude", "gemini", "openai", "internet", "shop")
REGIONS: Final = (
    "eu-west",
    "eu-central",
    "us-east",
    "us-west",
    "sa-east",
    "ap-south",
    "ap-northeast",
    "oc-southeast",
)
CHECKS: Final = 8
FIRST_DAY: Final = 20_000
_COMPONENTS: Final = ("api", "batch", "console", "files", "login", "models", "search", "web")
_DIGITS: Final = np.frombuffer(b"0123456789abcdef", np.uint8)


def make_archive(place: Place, rows: int, days: int = 7) -> int:
    """Fill an empty archive with about so many results; how many there are. The same arguments, the
    same results.
    """
    manifest, made = Manifest(place), 0
    looks = len(SERVICES) * len(REGIONS) * CHECKS
    slots = max(1, round(rows / looks / days))
    for day in range(FIRST_DAY, FIRST_DAY + days):
        for number, service in enumerate(SERVICES):
            made += _part(
                place, manifest, day, service, slots, np.random.default_rng([day, number])
            )
    return made


def _part(place: Place, manifest: Manifest, day: int, service: str, slots: int, rng: Any) -> int:
    parts = windows(slots * len(REGIONS) * CHECKS)
    with place.workshop() as folder:
        writer = PartWriter(folder / "part.parquet")
        for cut in np.array_split(np.arange(slots), parts):
            if len(cut):
                writer.write(_window(service, day * DAY_MS + cut * (DAY_MS // slots), rng))
        writer.close()
        part = described(day_text(day), service, writer)
        place.put(part.file, writer.path)
    manifest.add(part)
    return part.rows


def _window(service: str, slots: Any, rng: Any) -> Any:
    """The results of these slots, by check, then time."""
    each = len(slots) * len(REGIONS)
    rows = each * CHECKS
    check = np.repeat(np.arange(CHECKS), each)
    region = np.tile(np.arange(len(REGIONS)), len(slots) * CHECKS)
    scheduled: Any = (
        np.tile(np.repeat(slots, len(REGIONS)), CHECKS).astype(np.int64) + check * 37 + region
    )
    failed = rng.random(rows) < 0.01
    phases = np.round(rng.gamma(3.0, 9.0, (4, rows)), 3)
    total = np.round(phases.sum(axis=0), 3)
    started = scheduled + rng.integers(0, 12, rows)
    received = (started + total.astype(np.int64) + 250) // 250 * 250 + 7  # a report carries many
    taken = np.char.add("401 in ", total.astype(np.int64).astype("U6"))
    sizes = np.char.add(
        '{"http_version":"2","certificate_days":61,"bytes":',
        rng.integers(200, 999, rows).astype("U4"),
    )
    texts = {
        "detail": np.where(failed, "no answer within 10 s", taken),
        "extra": np.char.add(sizes, ',"edge":"edge-1"}'),
    }
    columns: dict[str, Any] = {
        "id": _ids(rows, rng),
        "check": _named(check, [f"{service}-{part}" for part in _COMPONENTS]),
        "service": _named(np.zeros(rows, np.int32), [service]),
        "component": _named(check, _COMPONENTS),
        "kind": _named(np.zeros(rows, np.int32), ["http"]),
        "region": _named(region, REGIONS),
        "worker": _named(region, [f"{name}-1" for name in REGIONS]),
        **{
            name: _times(values)
            for name, values in zip(_TIMES, (scheduled, started, received), strict=True)
        },
        "attempt": pa.array(np.zeros(rows, np.int32)),
        "ok": pa.array(~failed),
        "reason": _named(failed, ["ok", "timeout"]),
        "blame": _named(failed, ["none", "target"]),
        **{name: pa.array(values.astype(object), pa.string()) for name, values in texts.items()},
        "status_code": pa.array(np.full(rows, 401, np.int32), mask=failed),
        **{
            name: pa.array(values, mask=failed)
            for name, values in zip(_PHASES, (*phases, total), strict=True)
        },
        "ip": _named(region, [f"198.51.100.{number}" for number in range(len(REGIONS))]),
        "asn": pa.array(np.full(rows, 64_500, np.int64)),
        "ip_country": _named(region % 3, ["US", "IE", "DE"]),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in RESULTS.names], schema=RESULTS)


_TIMES: Final = ("scheduled_at", "started_at", "received_at")
_PHASES: Final = ("dns_ms", "connect_ms", "tls_ms", "ttfb_ms", "total_ms")


def _named(numbers: Any, names: Any) -> Any:
    return pa.DictionaryArray.from_arrays(
        pa.array(numbers.astype(np.int32)), pa.array(list(names))
    ).cast(NAME)


def _times(values: Any) -> Any:
    return pa.array(values.astype(np.int64)).cast(RESULTS.field("scheduled_at").type)


def _ids(rows: int, rng: Any) -> Any:
    data = _DIGITS[rng.integers(0, 16, (rows, 24), np.uint8)]
    offsets = pa.py_buffer(np.arange(rows + 1, dtype=np.int32) * 24)
    return pa.StringArray.from_buffers(rows, offsets, pa.py_buffer(np.ascontiguousarray(data)))


def last_moment(days: int = 7) -> Instant:
    """A moment after all results of an archive that was made."""
    return (FIRST_DAY + days) * DAY_MS
