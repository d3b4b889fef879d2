"""The work that goes on: a coordinator that was heard, workers in every region, nothing refused."""

from collections.abc import AsyncIterator
from typing import Any, Final

from coordinator.configuration import from_document
from coordinator.doctor.finding import Finding, failure, ok, warning
from coordinator.doctor.joining import look_at_joining
from coordinator.doctor.pins import look_at_pins
from coordinator.doctor.standpoints import look_at_standpoints
from coordinator.joining.meeting import STANDING
from coordinator.runtime.liveness import ago, without_results
from coordinator.store import MOST_WORKERS, StoreError
from coordinator.store.inspection import Inspection, inspect
from coordinator.store.state.standings import QUARANTINE, STANDBY, WRITER
from worker.contract.instant import Instant

COORDINATOR_SILENT_MS: Final = 15_000
COORDINATOR_GONE_MS: Final = 30_000
WORKER_SILENT_MS: Final = 90_000


async def look_at_work(url: str, now: Instant, elsewhere: bool = False) -> AsyncIterator[Finding]:
    """Findings about configuration, coordinator, workers and refused messages; none of a store that
    says nothing.

    `elsewhere` says that writers store what workers report, and not the coordinator.
    """
    try:
        async with inspect(url) as store:
            document = await anext(store.configurations(), None)
            yield _in_force(document)
            running, finding = await _coordinator(store, now, elsewhere, _interval_ms(document))
            yield finding
            if document is not None:
                yield await _workers(
                    store, [region["id"] for region in document["regions"]], running, now
                )
            alive = _those_alive(await store.workers(), now)
            yield look_at_pins(alive)
            for finding in look_at_standpoints((document or {}).get("regions", ()), alive):
                yield finding
            told = (await store.subjects(STANDING)).get(STANDING)
            yield look_at_joining(None if told is None else told[1])
            yield await _dead_letters(store, now)
            yield await _troubles(store, now)
            yield await _unknown_regions(store, now)
    except StoreError:
        return  # the findings about the store say it


def _in_force(document: dict[str, Any] | None) -> Finding:
    if document is None:
        return warning("applied", "no configuration is in force", "apply one: outscope apply FILE")
    try:
        topology = from_document(document).topology
    except (ValueError, KeyError, TypeError) as error:
        return failure(
            "applied", f"the configuration in force cannot be read: {error!r}", "apply it again"
        )
    counts = (
        f"{len(topology.services)} services, {len(topology.checks)} checks, {len(topology.regions)}"
        " regions"
    )
    return ok("applied", f"a configuration is in force: {counts}")


def _interval_ms(document: dict[str, Any] | None) -> int:
    """How often the checks look that look most often."""
    try:
        checks = from_document(document or {}).topology.checks
    except (ValueError, KeyError, TypeError):
        return 0
    return min((check.interval_ms for check in checks), default=0)


async def _coordinator(
    store: Inspection, now: Instant, elsewhere: bool, interval_ms: int
) -> tuple[bool, Finding]:
    for at, document in (await store.subjects("coordinator")).values():
        if now - at > COORDINATOR_SILENT_MS:
            told = failure if now - at > COORDINATOR_GONE_MS else warning
            said = f"not heard for {ago(now - at)}: what is shown is as old"
            return False, told(
                "coordinator", said, "start it: outscope up, or outscope coordinator"
            )
        if not document.get("connected"):
            return True, failure(
                "coordinator",
                "it runs, but has no link to the broker",
                "see whether the broker runs",
            )
        writers = await _writers(store, now)
        if elsewhere and not writers:
            said = "it only judges (OUTSCOPE_WRITERS=elsewhere), and no writer stores"
            return True, failure("coordinator", said, "start one: outscope writer")
        if late := without_results(document, await store.newest_result(), interval_ms, now):
            todo = "see the logs of coordinator and workers, and the check refused"
            return True, failure("coordinator", f"it runs, but {late}", todo)
        waiting = document.get("waiting_reports", 0)
        return True, ok(
            "coordinator",
            f"runs{writers}, with a link to the broker; {waiting} reports wait"
            f"{await _standbys(store, now)}",
        )
    return False, warning(
        "coordinator", "never ran on this store", "start it: outscope up, or outscope coordinator"
    )


async def _standbys(store: Inspection, now: Instant) -> str:
    """Who would take over, if anybody."""
    told = (await store.subjects(STANDBY)).values()
    heard = [one["process"] for at, one in told if now - at <= COORDINATOR_SILENT_MS]
    return f"; {', '.join(heard)} stands by" if heard else ""


async def _writers(store: Inspection, now: Instant) -> str:
    """How many writers there are, if any."""
    told = (await store.subjects(WRITER)).values()
    heard = sum(now - at <= COORDINATOR_SILENT_MS for at, _ in told)
    return f" beside {heard} writer{'' if heard == 1 else 's'}" if heard else ""


async def _workers(store: Inspection, regions: list[str], running: bool, now: Instant) -> Finding:
    heard: dict[str, list[dict[str, Any]]] = {region: [] for region in regions}
    for worker in await store.workers():
        if worker["region"] in heard:
            heard[worker["region"]].append(worker)
    if not running:
        return ok("workers", "whether they are there is not known while no coordinator runs")
    alive = {region: _those_alive(found, now) for region, found in heard.items()}
    told = ", ".join(_region(region, alive[region], heard[region], now) for region in regions)
    silent = [region for region in regions if not alive[region]]
    unwell = [_complaint(one) for found in alive.values() for one in found if _ill(one)]
    todo = (
        "start a worker there: outscope-worker --region REGION; see its log for why it is not heard"
    )
    if silent and len(silent) == len(regions):
        return failure("workers", told, todo)
    if silent:
        return warning("workers", told, todo)
    full = [region for region in regions if len(alive[region]) >= MOST_WORKERS]
    if full:
        said = f"{told}; {', '.join(full)}: others are refused, for {MOST_WORKERS} is the most"
        return warning("workers", said, "see who reports there, and with which credential")
    if unwell:
        return warning(
            "workers", f"{told}; {'; '.join(unwell)}", "mend what these say of themselves"
        )
    return ok("workers", told)


def _those_alive(found: list[dict[str, Any]], now: Instant) -> list[dict[str, Any]]:
    return [one for one in found if _alive(one, now)]


def _alive(worker: dict[str, Any], now: Instant) -> bool:
    return bool(now - worker["last_heard_at"] <= WORKER_SILENT_MS)


def _ill(worker: dict[str, Any]) -> bool:
    return bool((worker["vitals"] or {}).get("self_test"))


def _complaint(worker: dict[str, Any]) -> str:
    """What an ill worker says of itself; a wrong clock in the words of everyday."""
    ahead_ms = worker["vitals"].get("clock_ahead_ms") or 0
    if not ahead_ms:
        return f"{worker['worker']}: {worker['vitals']['self_test']}"
    side = "ahead" if ahead_ms > 0 else "behind"
    return f"the clock of {worker['worker']} is {abs(ahead_ms) / 1000:.0f} s {side}"


def _region(
    region: str, alive: list[dict[str, Any]], known: list[dict[str, Any]], now: Instant
) -> str:
    if alive:
        return f"{region} {len(alive)}"
    if not known:
        return f"{region} never heard"
    return f"{region} silent for {ago(now - max(worker['last_heard_at'] for worker in known))}"


async def _dead_letters(store: Inspection, now: Instant) -> Finding:
    number, last_at = await store.dead_letters()
    if not number or last_at is None:
        return ok("refused", "no message waits to be looked at")
    said = (
        f"{number} message{'' if number == 1 else 's'} could not be taken in, the last"
        f" {ago(now - last_at)} ago"
    )
    return warning(
        "refused", said, "see why: outscope ingest errors list; then retry or discard them"
    )


async def _troubles(store: Inspection, now: Instant) -> Finding:
    """Regions that are more to the broker than their work, and those that were taken out."""
    told = [*(await store.subjects("coordinator")).values()]
    told += (await store.subjects(WRITER)).values()
    fresh = (document for at, document in told if now - at <= COORDINATOR_SILENT_MS)
    found = {
        f"{region} {books['trouble']}: {books['why']}"
        for document in fresh
        for region, books in document.get("broker", {}).items()
        if books.get("trouble")
    }
    out = sorted(await store.subjects(QUARANTINE))
    said = "; ".join([*sorted(found), *(f"{region} is in quarantine" for region in out)])
    if found:
        todo = "see who uses its credential and renew it; outscope region quarantine REGION"
        return failure("regions", said, todo)
    if out:
        return warning("regions", said, "when it is well again: outscope region release REGION")
    return ok("regions", "none sends junk, floods or fills the broker")


async def _unknown_regions(store: Inspection, now: Instant) -> Finding:
    """Regions whose workers report and that no configuration names: nobody serves them."""
    told = (await store.subjects("coordinator")).values()
    found = {
        region: books.get("like", "")
        for at, document in told
        if now - at <= COORDINATOR_SILENT_MS
        for region, books in document.get("unknown_regions", {}).items()
    }
    if not found:
        return ok("unknown regions", "no region reports that is not configured")
    said = ", ".join(
        f"{region} (is it {like}?)" if like else region for region, like in sorted(found.items())
    )
    todo = "mend --region (OUTSCOPE_REGION) of its workers, or add it to the configuration"
    return warning("unknown regions", f"workers report from what is not configured: {said}", todo)
