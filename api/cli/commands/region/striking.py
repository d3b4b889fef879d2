"""`outscope region strike`, `unstrike` and `strikes`: what was received of a region in a span
counts nowhere, and stays readable as evidence.
"""

import json as plain_json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final, NoReturn

import typer
from rich.text import Text

from api.cli.options.locations import Data, Database
from api.cli.options.store import with_store
from api.cli.terminal.outside import say
from api.cli.terminal.tables import console, local, plain, show
from api.moments import moment
from api.operator import line, who
from coordinator.encoding import moment as told_moment
from coordinator.store import Store
from coordinator.store.results.striking import Found, Strike
from coordinator.store.state.standings import QUARANTINE
from worker.contract.clock import now
from worker.contract.instant import Instant, rfc3339

REFUSED: Final = 2
"""The exit code when nothing was changed, because it cannot be done."""
_MOMENTS: Final = ("since", "until", "at", "told_at", "undone_at")

Since = Annotated[
    str,
    typer.Option(
        metavar="TIME", help="What was received from then on: a time, or how long ago, such as 2h."
    ),
]
Until = Annotated[
    str | None, typer.Option(metavar="TIME", help="What was received before then; default: now.")
]
Why = Annotated[str, typer.Option(help="Why, in a few words; incidents tell it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be struck.")]


@dataclass(frozen=True, slots=True)
class _Span:
    region: str
    since: Instant
    until: Instant

    def __str__(self) -> str:
        return f"{self.region} received from {rfc3339(self.since)} to {rfc3339(self.until)}"


def strike(
    region: Annotated[
        str, typer.Argument(metavar="REGION", help="As `outscope regions` shows it.")
    ],
    since: Since,
    until: Until = None,
    reason: Why = "",
    dry_run: DryRun = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """Strike what was received of a region in a span: it counts nowhere, and stays as evidence.

    By our own clock, not by the times that results claim. It works on the database, with the
    coordinator running or not: a running one judges without it within seconds, counts its minutes,
    hours and days again, and revises or withdraws the incidents that rested on it; otherwise that
    is done when it starts. Exit code 2 when it cannot be done; nothing is changed then.
    """
    at = now()
    span = _span(region, since, until, at)
    told = reason[:200], who(), at

    async def work(store: Store) -> tuple[Found, bool, int | None] | None:
        found = await store.configurations.current()
        known = {one["id"] for one in (found[1] if found else {}).get("regions", ())}
        if region not in known:
            return None
        out = region in await store.standings.all(QUARANTINE)
        seen = await store.striking.find(region, span.since, span.until)
        if dry_run or seen.results == seen.struck:
            return seen, out, None
        number = await store.striking.strike(region, span.since, span.until, seen, told)
        await store.audit.add(line("results struck", f"{span}, strike {number}"))
        return seen, out, number

    done = with_store(database, data, work, REFUSED)
    if done is None:
        _refuse(f"no region {region} is configured")
    found, out, number = done
    if not found.results:
        _refuse(f"there are no results of {span}")
    if not out:
        say(
            f"{region} is not in quarantine: what is forged from now on is stored and counts;"
            f" take it out with: outscope region quarantine {region}",
            err=True,
        )
    say(_said(span, found, number))


def _said(span: _Span, found: Found, number: int | None) -> str:
    new = found.results - found.struck
    if not new:
        return f"Nothing changed: all {found.results:,} results of {span} are struck already."
    already = f" ({found.struck:,} more are struck already)" if found.struck else ""
    what = f"{new:,} results of {span}{already}, due in {len(found.minutes):,} minutes"
    if number is None:
        return f"Would strike {what}. Nothing changed."
    return (
        f"Strike {number}: {what}. They stay as evidence (outscope results, outscope export"
        f" --struck); take it back with: outscope region unstrike {number}"
    )


def unstrike(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `region strikes` shows it.")],
    database: Database = None,
    data: Data = None,
) -> None:
    """Let what a strike covers count again. The coordinator restores the incidents that rested on
    it, each with a line that says why.
    """

    async def work(store: Store) -> tuple[Strike | None, int]:
        found = {one.id: one for one in await store.striking.all()}.get(number)
        if found is None or found.undone_at is not None:
            return found, 0
        undone = await store.striking.undo(found, now())
        await store.audit.add(line("strike taken back", f"{found.region}, strike {number}"))
        return found, undone

    found, results = with_store(database, data, work, REFUSED)
    if found is None:
        _refuse(f"there is no strike {number}; outscope region strikes lists them")
    if found.undone_at is not None:
        say(f"Nothing changed: strike {number} was taken back before.")
        return
    say(f"Strike {number} is taken back: {results:,} results of {found.region} count again.")


def strikes(
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """List all strikes, the oldest first: what, by whom, why, and whether it still stands."""

    async def work(store: Store) -> tuple[list[Strike], int]:
        return await store.striking.all(), await store.striking.waiting()

    found, waiting = with_store(database, data, work, REFUSED)
    if json:
        say(plain_json.dumps([_document(one) for one in found], indent=2))
        return
    out = console()
    if not found:
        out.print("Nothing was struck.")
        return
    columns = ("number", "region", "received from", "to", "results", "struck at", "by", "state")
    show(out, (*columns, "why"), map(_line, found))
    if waiting:
        out.print(f"{waiting} minutes, hours and days are still to be counted again.")


def _line(one: Strike) -> list[Text]:
    cells: Iterator[str] = iter(
        (
            str(one.id),
            one.region,
            local(rfc3339(one.since)),
            local(rfc3339(one.until)),
            f"{one.results:,}",
            local(rfc3339(one.at)),
            one.by,
            _state(one),
            one.reason,
        )
    )
    return list(map(plain, cells))


def _state(one: Strike) -> str:
    if one.undone_at is not None:
        return "taken back"
    return "stands" if one.told_at is not None else "stands; the coordinator has yet to see it"


def _document(one: Strike) -> dict[str, Any]:
    told = asdict(one)
    return {**told, **{name: told_moment(told[name]) for name in _MOMENTS}}


def _span(region: str, since: str, until: str | None, at: Instant) -> _Span:
    """What is meant; a sentence and exit code 2 when it makes no sense."""
    begin, end = (
        _moment("--since", since, at),
        at if until is None else _moment("--until", until, at),
    )
    if begin > at:
        _refuse(f"--since {rfc3339(begin)} lies ahead")
    if end > at:
        _refuse(f"--until {rfc3339(end)} lies ahead; without it, all until now is struck")
    if begin >= end:
        _refuse(f"--since {rfc3339(begin)} is not before --until {rfc3339(end)}")
    return _Span(region, begin, end)


def _moment(name: str, text: str, at: Instant) -> Instant:
    try:
        return moment(text, at)
    except ValueError as error:
        _refuse(f"{name}: {error}")


def _refuse(sentence: str) -> NoReturn:
    say(sentence, err=True)
    raise typer.Exit(REFUSED)
