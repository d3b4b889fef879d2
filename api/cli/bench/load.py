"""A large configuration and the reports of its workers, to measure a coordinator with."""

import itertools
from collections.abc import Iterator
from typing import Any, Final

from worker.contract.message import TASK_REPORT, reports_queue
from worker.contract.standing.schedule import phase

INTERVAL_MS: Final = 30_000
REGIONS: Final = ("eu-west", "eu-north", "us-east", "us-west", "ap-south")
CHECKS_A_SERVICE: Final = 10
ROWS_A_REPORT: Final = 200
ONE_IN: Final = 50

Row = list[Any]


def document(checks: int) -> dict[str, Any]:
    """`checks` checks of ten-check services with five components each, and three reference
    services; five regions.
    """
    regions = [
        {
            "id": name,
            "name": name,
            "country": "IE",
            "continent": "EU",
            "latitude": 1.0,
            "longitude": 2.0,
        }
        for name in REGIONS
    ]
    services = [_service(f"s{n}", "service", 5, 2) for n in range(checks // CHECKS_A_SERVICE)]
    references = [_service(f"ref{n}", "reference", 1, 1) for n in range(3)]
    return {"regions": regions, "services": services + references}


def checks_of(configured: dict[str, Any]) -> list[str]:
    """The ids of all checks."""
    return [
        check["id"]
        for service in configured["services"]
        for component in service["components"]
        for check in component["checks"]
    ]


def rows(
    configured: dict[str, Any], region: str, first_slot: int, slots: int, one_in: int = ONE_IN
) -> Iterator[Row]:
    """The rows of a report for each look of some slots from one region, in order of time; one in so
    many failed.
    """
    due = sorted((phase(check, region, INTERVAL_MS), check) for check in checks_of(configured))
    for slot in range(first_slot, first_slot + slots):
        for number, (phase_ms, check) in enumerate(due):
            at = slot * INTERVAL_MS + phase_ms
            ok = (number * 31 + slot) % one_in != 0
            reason, blame, status = ("ok", "none", 200) if ok else ("timeout", "path", None)
            ip = f"8.8.{number % 200}.8"
            yield [
                check,
                slot,
                0,
                at,
                at + 2,
                ok,
                reason,
                blame,
                "",
                status,
                1.1,
                2.2,
                3.3,
                40.4,
                47.0,
                ip,
                {},
            ]


def reports(configured: dict[str, Any], last_slot: int, slots: int) -> Iterator[tuple[str, Row]]:
    """(region, rows) of each report of the slots up to one, oldest first and the regions in
    turn.
    """
    first_slot = last_slot - slots
    streams = [_batches(rows(configured, region, first_slot, slots)) for region in REGIONS]
    for batches in zip(*streams, strict=True):
        yield from zip(REGIONS, batches, strict=True)


def publish(url: str, batches: Iterator[tuple[str, Row]], sent_at: int) -> int:
    """Put reports on the queues of a broker, as a worker of each region would; the number of
    results.
    """
    from kombu import Connection

    sent = 0
    with Connection(url) as link:
        producer = link.Producer(serializer="json")
        for seq, (region, batch) in enumerate(batches):
            report = {
                "v": 1,
                "worker": f"{region}-1",
                "boot": "b",
                "seq": seq,
                "sent_at": sent_at,
                "rows": batch,
            }
            headers = {"task": TASK_REPORT, "id": str(seq)}
            producer.publish(
                [[report], {}, {}], exchange="", routing_key=reports_queue(region), headers=headers
            )
            sent += len(batch)
    return sent


def _batches(stream: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(itertools.islice(stream, ROWS_A_REPORT)):
        yield batch


def _service(name: str, role: str, components: int, checks: int) -> dict[str, Any]:
    made = []
    for component in (f"c{number}" for number in range(components)):
        looked_at = [_check(f"{name}-{component}-{k}") for k in range(checks)]
        made.append({"id": component, "name": component, "checks": looked_at})
    return {"id": name, "name": name, "role": role, "components": made}


def _check(name: str) -> dict[str, Any]:
    params = {"url": f"https://{name}.example/health", "expect": {"status": [200]}}
    return {
        "id": name,
        "kind": "http",
        "interval_ms": INTERVAL_MS,
        "timeout_ms": 10_000,
        "params": params,
    }
