"""Replay: stored results of a span under any rule, or under other thresholds."""

from asyncio import to_thread
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request
from starlette.responses import StreamingResponse

from api.http.access.door import requires
from api.http.answers.errors import ProblemError, invalid
from api.http.answers.refusals import refused
from api.http.held import held
from api.http.parameters import TimeFilter, caller, span
from api.http.replaying.job import MOST_RESULTS, Job, TooManyResultsError
from api.http.replaying.stream import MEDIA_TYPE, ReplayStream
from api.http.shapes import Router
from api.http.sources.export_places import ExportPlaces
from api.http.sources.sources import From, Sources
from coordinator.access.scopes import Scope
from coordinator.configuration import from_document
from coordinator.configuration.override import overridden
from coordinator.evaluation.names import OUTSCOPE, RULES
from coordinator.store import ResultFilter
from worker.contract.clock import now

router = Router(tags=["exports"], dependencies=[requires(Scope.EXPORT)])

LONGEST_DAYS: Final = 7
AT_ONCE: Final = 2
_DAY_MS: Final = 86_400_000

Rule = Annotated[
    str, Query(description="who judges", json_schema_extra={"enum": list(RULES)}, max_length=40)
]
Settings = Annotated[
    str | None,
    Query(
        alias="set",
        description="other thresholds than the configuration's, for the rule `outscope`:"
        " `judge.THRESHOLD=VALUE`, comma-separated",
        examples=["judge.silent_after=5m,judge.nearly_all=0.9"],
        max_length=1_000,
    ),
]
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {MEDIA_TYPE: {}},
        "description": "one JSON object a line: what `outscope replay` prints (`verdict`,"
        " `fitness`, `incident`), `progress` every second before, and `end` or `problem`"
        " as the last",
    },
    **refused(404, 422, 429),
}


async def _places(request: Request) -> ExportPlaces:
    make = partial(ExportPlaces, AT_ONCE, 1, "replays", "too_many_replays")
    return held(request, "replays", make)


@router.get(
    "/v1/replay",
    operation_id="replayResults",
    response_class=StreamingResponse,
    responses=_ANSWERS,
)
async def replay(
    request: Request,
    sources: From,
    places: Annotated[ExportPlaces, Depends(_places)],
    rule: Rule = OUTSCOPE,
    settings: Settings = None,
    since: TimeFilter = "24h",
    until: TimeFilter = None,
) -> StreamingResponse:
    """Judge the stored results of a span again, by another rule or with other thresholds, under the
    configuration in force. Nothing that is stored changes.

    It knows nothing of what came before the span, and runs in a process of its own: one at a time
    for each client, over seven days and 300,000 results at most, for five minutes at most. Closing
    the connection ends it.
    """
    wanted = _span(since, until)
    document = await _document(sources)
    chosen = _settings(rule, settings, document)
    place = places.take(caller(request))
    folder = Path(await to_thread(mkdtemp, prefix="outscope-replay-"))
    try:
        job = Job(folder, rule, chosen)
        results = await _collected(job, sources, document, wanted)
        return ReplayStream(job.lines(results), place, job)
    except BaseException:
        place.free()
        await to_thread(rmtree, folder, ignore_errors=True)
        raise


def _span(since: str | None, until: str | None) -> ResultFilter:
    begin, end = span(since, until)
    if begin is None or (now() if end is None else end) - begin > LONGEST_DAYS * _DAY_MS:
        raise invalid(
            "since",
            f"the span is longer than {LONGEST_DAYS} days; choose a shorter one{_ELSEWHERE}",
        )
    return ResultFilter(since=begin, until=end)


_ELSEWHERE: Final = (
    ", or let `outscope dataset` and `outscope replay` do it in a terminal, without a limit"
)


async def _document(sources: Sources) -> dict[str, Any]:
    found = await sources.store.configurations.current()
    if found is None:
        raise ProblemError("not_configured", "Nothing is configured, so nothing can be judged")
    return found[1]


def _settings(rule: str, told: str | None, document: dict[str, Any]) -> tuple[str, ...]:
    """The thresholds that are asked for, as `outscope replay` takes them."""
    if rule not in RULES:
        raise invalid("rule", f"{rule!r} is no rule; there is {', '.join(RULES)}")
    chosen = tuple(part.strip() for part in (told or "").split(",") if part.strip())
    if chosen and rule != OUTSCOPE:
        raise invalid("set", f"only the rule {OUTSCOPE} has thresholds")
    try:
        overridden(from_document(document).rules, chosen)
    except ValueError as error:
        raise invalid("set", str(error)) from None
    return chosen


async def _collected(
    job: Job, sources: Sources, document: dict[str, Any], wanted: ResultFilter
) -> int:
    try:
        results = await job.collect(sources.exports, document, wanted)
    except TooManyResultsError:
        more = f"the span holds more than {MOST_RESULTS:,} results; choose a shorter one"
        raise invalid("since", f"{more}{_ELSEWHERE}") from None
    if not results:
        raise invalid("since", "no results of that span are kept; choose another one")
    return results
