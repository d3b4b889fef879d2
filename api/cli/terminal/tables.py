"""Tables and words for people in a terminal: wide or narrow, with colour or, in a pipe, without."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from api.cli.terminal.console import Terminal
from api.cli.terminal.outside import shown

PIPED_WIDTH: Final = 200
_BETWEEN: Final = 3
_LAST: Final = 24
"""The last column may wrap down to this width."""
STYLES = {
    "well": "green",
    "degraded": "yellow",
    "bad": "bold red",
    "unknown": "dim",
    "fit": "green",
    "unfit": "yellow",
    "silent": "dim",
    "outage": "bold red",
    "operational": "green",
}
WORDS = {"well": "well", "degraded": "degraded", "bad": "disrupted", "unknown": "unknown"}


def console() -> Console:
    """Standard output. In a pipe there is no colour and the lines are long; NO_COLOR and COLUMNS
    are heeded.
    """
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Terminal(width=PIPED_WIDTH if piped else None)


def show(out: Console, columns: Sequence[str], rows: Iterable[Sequence[Text]]) -> None:
    """A table when the terminal is wide enough for it (only the last column may wrap), else a card
    for each row.
    """
    lines = [list(row) for row in rows]
    widths = [_width(name, column) for name, column in _columns(columns, lines)]
    needed = sum(widths[:-1]) + _BETWEEN * len(columns) + min(widths[-1], _LAST)
    out.print(_table(columns, lines) if needed <= out.width else _cards(columns, lines))


def _columns(
    columns: Sequence[str], lines: Sequence[Sequence[Text]]
) -> Iterator[tuple[str, list[Text]]]:
    for number, name in enumerate(columns):
        yield name, [line[number] for line in lines] or [Text()]


def _width(name: str, column: Sequence[Text]) -> int:
    return max(cell_len(name), *(cell.cell_len for cell in column))


def _table(columns: Sequence[str], lines: Iterable[Sequence[Text]]) -> Table:
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        made.add_column(plain(column), no_wrap=column != columns[-1], overflow="fold")
    for line in lines:
        made.add_row(*line)
    return made


def _cards(columns: Sequence[str], lines: Iterable[Sequence[Text]]) -> Group:
    cards = []
    for line in lines:
        card = Table(
            box=None,
            show_header=False,
            pad_edge=False,
            title=line[0],
            title_justify="left",
            title_style="bold",
        )
        card.add_column(style="dim", no_wrap=True)
        card.add_column(overflow="fold")
        for name, cell in zip(columns[1:], line[1:], strict=True):
            if cell.plain:
                card.add_row(plain(f"  {name}"), cell)
        cards.append(card)
    return Group("", *cards, "")


def word(state: str, said: str | None = None) -> Text:
    """A state or fitness in its colour, said in its own word or in another."""
    return Text(shown(said or WORDS.get(state, state)), style=STYLES.get(state, ""))


def plain(value: object) -> Text:
    """Any value as one line of text that is read neither as markup nor by the terminal; nothing
    for None.
    """
    return Text(shown(value))


def local(text: str | None, now: datetime | None = None) -> str:
    """A moment on the viewer's clock: `14:32:07 CET`, with the day before it when that is not
    today.
    """
    if text is None:
        return ""
    moment = datetime.fromisoformat(text).astimezone()
    today = (now or datetime.now().astimezone()).date()
    day = "" if moment.date() == today else f"{moment:%d %b %Y} "
    return f"{day}{moment:%H:%M:%S %Z}"


def length(begin: str, end: str | None) -> str:
    """How long something lasted, or lasts: `12 min`, `3 h 5 min`."""
    last = datetime.fromisoformat(end) if end else datetime.now().astimezone()
    seconds = max(0, int((last - datetime.fromisoformat(begin)).total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
