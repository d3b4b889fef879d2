"""How `outscope probe` shows an outcome: its steps, its phases as bars, who answered, and what it
came to.
"""

from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.terminal.outside import shown
from worker.contract.outcome import Outcome

WIDTH: Final = 40
_PHASES: Final = (
    ("dns_ms", "name"),
    ("connect_ms", "connect"),
    ("tls_ms", "TLS"),
    ("ttfb_ms", "first byte"),
)
_REST: Final = "rest"
_SHOWN_APART: Final = frozenset(
    {"hops", "redirects", "final_url", "http_version", "ip_version", "edge"}
)


def show(kind: str, outcome: Outcome, console: Console) -> None:
    """Print an outcome for people."""
    if outcome.trace:
        console.print(_steps(outcome))
        console.print()
    bars = list(phases(outcome))
    if bars:
        console.print(_bars(bars, outcome.total_ms or 0.0, _stroke(console)))
        console.print()
    for line in facts(outcome):
        console.print(Text(shown(line)))
    console.print(Text.assemble(f"{kind} ", *_mark(outcome), f" {shown(outcome.detail)}".rstrip()))


def _mark(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """What it came to, in its colour."""
    if outcome.ok:
        yield "ok", "green"
    else:
        yield str(outcome.reason), "red"
        yield f" (blame: {outcome.blame})", ""


def phases(outcome: Outcome) -> Iterator[tuple[str, float, float]]:
    """Each phase that happened: its name, when it began, how long it took, in milliseconds."""
    at_ms = 0.0
    for name, said in _PHASES:
        took_ms: float | None = getattr(outcome, name)
        if took_ms is not None:
            yield said, at_ms, took_ms
            at_ms += took_ms
    rest_ms = (outcome.total_ms or 0.0) - at_ms
    if rest_ms > 0.05:
        yield "body" if outcome.ttfb_ms is not None else _REST, at_ms, rest_ms


def facts(outcome: Outcome) -> Iterator[str]:
    """Who answered, what was measured besides, and the way over redirects, a line each."""
    extra = outcome.extra
    who = [f"status {outcome.status_code}"] if outcome.status_code is not None else []
    who += [f"over HTTP/{extra['http_version']}"] if extra.get("http_version") else []
    who += [f"from {outcome.ip}"] if outcome.ip else []
    who += [f"({extra['edge']})"] if extra.get("edge") else []
    if who:
        yield " ".join(who)
    for number, hop in enumerate(extra.get("hops", ()), 1):
        yield f"{number}. {hop.get('status')} {hop.get('url')} {hop.get('total_ms', 0.0):.1f} ms"
    rest = {
        name: value
        for name, value in extra.items()
        if name not in _SHOWN_APART and value not in (None, "", [])
    }
    if rest:
        yield ", ".join(f"{name} {_told(value)}" for name, value in rest.items())


def _told(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _steps(outcome: Outcome) -> Table:
    table = _grid()
    for step in outcome.trace:
        table.add_row(f"{step.at_ms:.1f} ms", Text(shown(step.what)))
    return table


def _stroke(console: Console) -> str:
    """What bars are drawn with, in letters that the terminal has."""
    return "━" if console.encoding.startswith("utf") else "="


def _bars(bars: list[tuple[str, float, float]], total_ms: float, stroke: str) -> Table:
    table = _grid()
    for said, at_ms, took_ms in bars:
        before = round(at_ms / total_ms * WIDTH) if total_ms else 0
        long = max(1, round(took_ms / total_ms * WIDTH)) if total_ms else 1
        table.add_row(f"{took_ms:.1f} ms", f"{said:<10} {' ' * before}{stroke * long}")
    table.add_row(f"{total_ms:.1f} ms", "in all")
    return table


def _grid() -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    return table
