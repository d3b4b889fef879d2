"""Results as looks make them: a hundredth failed, latencies of a usual spread."""

import random

from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result, result_id


def made(
    dice: random.Random, service: str, component: str, check: str, region: str, slot: int, at: int
) -> Result:
    """What the first worker of a region saw in a slot that began at a moment."""
    ok = dice.random() > 0.01
    phases = [round(dice.lognormvariate(mean, 0.3), 3) for mean in (2, 3, 3.5, 4.5)]
    return Result(
        id=result_id(check, region, f"{region}-1", slot, 0),
        check=check,
        service=service,
        component=component,
        kind="http",
        region=region,
        worker=f"{region}-1",
        scheduled_at=at,
        started_at=at + 2,
        received_at=at + 180,
        attempt=0,
        ok=ok,
        reason=Reason.OK if ok else Reason.TIMEOUT,
        blame=Blame.NONE if ok else Blame.PATH,
        detail="" if ok else "no answer within 10 s",
        status_code=200 if ok else None,
        dns_ms=phases[0],
        connect_ms=phases[1],
        tls_ms=phases[2],
        ttfb_ms=phases[3],
        total_ms=round(sum(phases), 3),
        ip=f"160.79.104.{region.rpartition('-')[2]}",
        asn=399358,
        ip_country="US",
    )
