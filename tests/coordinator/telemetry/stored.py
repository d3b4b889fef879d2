"""Results and verdicts as a coordinator stores them, lately."""

from typing import Any

from coordinator.domain.model.verdict import Cell, CellState, Scope, Severity, Verdict
from worker.contract import clock
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result, result_id

TOOK = {"dns_ms": 1.5, "connect_ms": 10.0, "tls_ms": 20.25, "ttfb_ms": 30.0, "total_ms": 65.0}


def look(n: int, **fields: Any) -> Result:
    """The n-th look, received n milliseconds from now and well behind what may still come."""
    at = clock.now()
    region = fields.get("region", "eu-west")
    made = Result(
        id=result_id("claude-api", region, f"{region}-1", n, 0),
        check="claude-api",
        service="claude",
        component="api",
        kind="http",
        region="eu-west",
        worker="eu-west-1",
        scheduled_at=at - 80,
        started_at=at - 75,
        received_at=at + n,
        attempt=0,
        ok=True,
        reason=Reason.OK,
        blame=Blame.NONE,
        status_code=200,
        ip="192.0.2.7",
        **TOOK,
    )
    return made._replace(**fields)


def failed(n: int, **fields: Any) -> Result:
    """As `look`, answered 503."""
    told = {
        "ok": False,
        "reason": Reason.STATUS,
        "blame": Blame.TARGET,
        "detail": "503 instead of 200",
        "status_code": 503,
    }
    return look(n, **{**told, **fields})


def verdict(at: int, since: int | None = None, service: str = "claude") -> Verdict:
    """A regional outage that began at a moment; without one, all is well."""
    bad = Cell("api", "eu-west", CellState.BAD, bad=3, first_bad=since)
    return Verdict(
        service,
        at,
        Severity.OUTAGE if since else Severity.OPERATIONAL,
        Scope.REGIONAL if since else Scope.NONE,
        ("eu-west",) if since else (),
        ("api",) if since else (),
        0.9,
        "api fails from Ireland" if since else "nothing beyond what chance explains",
        (bad,) if since else (),
    )
