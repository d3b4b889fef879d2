"""`outscope bench judge`: how many results a second the judge weighs, in one process, without a
database.
"""

import json
import resource
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.terminal.outside import say

if TYPE_CHECKING:
    from coordinator.domain.model.topology import Topology
    from worker.contract.result import Result

_SECOND_MS: Final = 1_000
_ONE_IN: Final = 500
_DELAY_MS: Final = 150
"""From the look to its receipt."""


def judge(
    results: Annotated[
        int, typer.Option(help="About so many results.", min=1_000, max=10_000_000)
    ] = 200_000,
    checks: Annotated[
        int, typer.Option(help="Of so many checks, from five regions.", min=10, max=100_000)
    ] = 1_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure judging: results a second that one core folds and judges, a second of their time
    after the other.

    Every second of their time is judged on its own. Two looks in a thousand fail, spread evenly; it
    falls while much is down, and rises with more results a second.
    """
    told = _measured(results, checks)
    if as_json:
        return say(json.dumps(told, indent=2))
    say(
        f"{told['results_per_s']:,} results/s judged on one core ({told['results']:,} of {checks:,}"
        f" checks), {told['times_real_time']} times as fast as they come in"
    )
    return say(f"{told['cpu_us_per_result']} µs a result, {told['rss_mb']:.0f} MB of memory")


def _measured(results: int, checks: int) -> dict[str, Any]:
    from api.cli.bench.load import INTERVAL_MS, REGIONS, document
    from coordinator.configuration import from_document
    from coordinator.domain.engine import Engine
    from worker.contract.clock import now

    configuration = from_document(document(checks))
    slots = max(1, round(results / (len(REGIONS) * (checks + 3))))
    found = _results(
        configuration.document, configuration.judged, now() // INTERVAL_MS - slots, slots
    )
    engine = Engine(configuration.judged, configuration.rules)
    began_s = time.process_time()
    for second, batch in groupby(found, lambda result: result.received_at // _SECOND_MS):
        engine.observe(list(batch))
        engine.advance((second + 1) * _SECOND_MS)
    took_s = time.process_time() - began_s
    return {
        "results_per_s": round(len(found) / took_s),
        "times_real_time": round(slots * INTERVAL_MS / 1000 / took_s, 1),
        "cpu_us_per_result": round(took_s / len(found) * 1e6, 1),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "results": len(found),
        "checks": checks,
    }


def _results(
    configured: Any, topology: "Topology", first_slot: int, slots: int
) -> Sequence["Result"]:
    """In order of receipt."""
    return sorted(
        _read(configured, topology, first_slot, slots), key=lambda result: result.received_at
    )


def _read(configured: Any, topology: "Topology", first_slot: int, slots: int) -> Iterator["Result"]:
    from api.cli.bench.load import REGIONS, rows
    from coordinator.ingest.decode import read
    from coordinator.messaging.consumer import Delivery
    from worker.contract.message import TASK_REPORT

    for region in REGIONS:
        report = {"v": 1, "worker": f"{region}-1", "boot": "b", "seq": 0, "sent_at": 0}
        for row in rows(configured, region, first_slot, slots, _ONE_IN):
            body = json.dumps([[{**report, "rows": [row]}], {}, {}]).encode()
            at = row[3] + _DELAY_MS
            yield from read([Delivery(region, TASK_REPORT, body, 0.0)], topology, at).results
