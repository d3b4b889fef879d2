"""Paths into JSON documents: `status.indicator`, `items.0.id`, `$.items[0]['a.b']`, and
`items.*.id` for any. Pure.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

Path: TypeAlias = tuple[str | None, ...]
"""Names and numbers on the way down; None means every child."""

_STEP: Final = re.compile(
    r"""
    \.? (?: \[ (?: (?P<number>\d+) | (?P<all>\*) | '(?P<single>[^']*)' | "(?P<double>[^"]*)" ) \]
          | (?P<star>\*) (?= [.\[] | $ )
          | (?P<name>[^.\[\]'"*]+) )
    """,
    re.VERBOSE,
)


def parse(text: str) -> Path:
    """The steps of a path; ValueError says where it cannot be read."""
    rest = text.removeprefix("$") if text in ("$",) or text.startswith(("$.", "$[")) else text
    steps: list[str | None] = []
    at = 0
    while at < len(rest):
        step = _STEP.match(rest, at)
        if step is None or (at == 0 and text == rest and rest.startswith(".")):
            raise ValueError(
                f"{text!r} is not a JSON path at {rest[at:]!r}; write status.indicator or"
                " items[0].id"
            )
        steps.append(
            None
            if step["all"] or step["star"]
            else next(part for part in _parts(step) if part is not None)
        )
        at = step.end()
    return tuple(steps)


def find(document: Any, path: Path) -> Iterator[Any]:
    """Every value that the path leads to."""
    if not path:
        yield document
        return
    step, rest = path[0], path[1:]
    if step is None:
        children = (
            document.values()
            if isinstance(document, dict)
            else document
            if isinstance(document, list)
            else ()
        )
        for child in children:
            yield from find(child, rest)
    elif isinstance(document, dict) and step in document:
        yield from find(document[step], rest)
    elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
        yield from find(document[int(step)], rest)


def _parts(step: "re.Match[str]") -> tuple[str | None, ...]:
    return step["number"], step["single"], step["double"], step["name"]
