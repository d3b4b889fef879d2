"""Tables and words for people in a terminal: wide or narrow, with colour or, in a pipe, without."""

import os
import sys
from datetime import datetime

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPED_WIDTH = 200
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
    """Standard output. In a pipe there is no colour and the lines are long; NO_COLOR and COLUMNS are heeded."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a name that the terminal cannot write is no reason to fail
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(highlight=False, width=PIPED_WIDTH if piped else None)


def table(*columns: str, title: str | None = None) -> Table:
    """An empty table; what is too long is folded, never cut off."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left", title_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def word(state: str, said: str | None = None) -> Text:
    """A state or fitness in its colour, said in its own word or in another."""
    return Text(said or WORDS.get(state, state), style=STYLES.get(state, ""))


def plain(value: object) -> Text:
    """Any value as text that is not read as markup; nothing for None."""
    return Text("" if value is None else str(value))


def local(text: str | None, now: datetime | None = None) -> str:
    """A moment on the viewer's clock: `14:32:07`, with the day before it when that is not today."""
    if text is None:
        return ""
    moment = datetime.fromisoformat(text).astimezone()
    today = (now or datetime.now().astimezone()).date()
    return f"{moment:%H:%M:%S}" if moment.date() == today else f"{moment:%d %b %Y %H:%M:%S}"


def length(begin: str, end: str | None) -> str:
    """How long something lasted, or lasts: `12 min`, `3 h 5 min`."""
    last = datetime.fromisoformat(end) if end else datetime.now().astimezone()
    seconds = max(0, int((last - datetime.fromisoformat(begin)).total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
