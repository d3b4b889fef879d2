"""Shows an explanation in a terminal: sections with what each line is about beside it; without
colour in a pipe.
"""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from api.cli.terminal.outside import shown
from api.cli.terminal.tables import STYLES, plain, word
from api.explanation import COMMAND, Explanation, Point

_INDENT = 2


def heading(out: Console, name: str, state: str, said: str | None = None) -> None:
    """What is explained, and its state in colour."""
    out.print(Text.assemble((shown(name), "bold"), " ", word(state, said)))


def tell(out: Console, explanation: Explanation) -> None:
    """Every section, its title first."""
    for section in explanation.sections:
        out.print()
        out.print(Text(shown(section.title), style="bold"))
        _points(out, list(section.points))


def _points(out: Console, points: list[Point]) -> None:
    """Points with a label stand in two columns, the others go over the whole width, in their
    order.
    """
    while points:
        labelled = bool(points[0].label)
        count = next(
            (n for n, point in enumerate(points) if bool(point.label) is not labelled), len(points)
        )
        together, points = points[:count], points[count:]
        if labelled:
            out.print(Padding(_grid(out, together), (0, 0, 0, _INDENT), expand=False))
        else:
            for point in together:
                _whole(out, point)


def _grid(out: Console, points: list[Point]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(max_width=max(8, out.width // 4))
    grid.add_column(overflow="fold")
    for point in points:
        grid.add_row(Text(shown(point.label), style=STYLES.get(point.state, "")), plain(point.text))
    return grid


def _whole(out: Console, point: Point) -> None:
    if point.state == COMMAND:
        # one line, so that it can be copied
        out.print(Text(f"  {shown(point.text)}", style="cyan"), soft_wrap=True)
    else:
        out.print(Padding(plain(point.text), (0, 0, 0, _INDENT), expand=False))
