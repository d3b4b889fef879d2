"""What is wrong with maintenance and dependencies, beyond the shape of each entry."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from coordinator.configuration.reading.mistake import KeyPath, Mistake, did_you_mean
from coordinator.configuration.reading.source import Source, entries, entries_in, walk
from coordinator.domain.dependencies.graph import MOST_DEPTH, circle_in, longest_in

_PAGES: Final = "vendor_status"


def astray(sources: Sequence[Source]) -> Iterator[Mistake]:
    """Ids that are taken, names that there are none of, and services that depend on themselves."""
    known = _Known(sources)
    seen = set[str]()
    for source in sources:
        for path, entry in entries(source, "maintenance"):
            name = str(entry.get("id"))
            if name in seen:
                yield source.mistake((*path, "id"), f"{name!r} is there already; choose another")
            seen.add(name)
            yield from known.lacks(source, path, entry, "services")
            yield from known.lacks(source, path, entry, "regions")
            yield from known.lacks(source, path, entry, "page")
        for path, service in entries(source, "services"):
            yield from known.lacks(source, path, service, "depends_on")
    yield from _tangled(sources)


class _Known:
    """What the files name, by the key that refers to it."""

    def __init__(self, sources: Sequence[Source]) -> None:
        services = [one for source in sources for _, one in entries(source, "services")]
        regions = [one for source in sources for _, one in entries(source, "regions")]
        targets = set(_targets(services))
        self._there: dict[str, tuple[set[str], str]] = {
            "services": (targets, "not one of the services, nor a component of one"),
            "depends_on": (targets, "not one of the services, nor a component of one"),
            "regions": ({str(one.get("id")) for one in regions}, "not one of the regions"),
            "page": (set(_pages(services)), f"not a check of the kind {_PAGES}"),
        }

    def lacks(
        self, source: Source, path: KeyPath, entry: dict[str, Any], key: str
    ) -> Iterator[Mistake]:
        """What a key of an entry names that there is none of."""
        there, what = self._there[key]
        written = walk(entry[key], (*path, key)) if key in entry else ()
        for inner, name in written:
            if name not in there:
                yield source.mistake(inner, f"{name!r} is {what}; {did_you_mean(str(name), there)}")


def _tangled(sources: Sequence[Source]) -> Iterator[Mistake]:
    edges = {
        str(one.get("id")): tuple(map(str, one["depends_on"]))
        for source in sources
        for _, one in entries(source, "services")
        if isinstance(one.get("depends_on"), list)
    }
    if circle := circle_in(edges):
        first, *more = circle
        row = ", which depends on ".join(more)
        text = f"is a circle: {first} depends on {row}; take one of them out"
        yield _at(sources, first, text)
    elif len(longest := longest_in(edges)) > MOST_DEPTH + 1:
        text = (
            f"{' > '.join(longest)} is a row of more than {MOST_DEPTH} steps; name the last cause"
        )
        yield _at(sources, longest[0], text)


def _at(sources: Sequence[Source], service: str, text: str) -> Mistake:
    """At what a service depends on."""
    for source in sources:
        for path, one in entries(source, "services"):
            if one.get("id") == service:
                return source.mistake((*path, "depends_on"), text)
    return sources[-1].mistake(("services",), text)


def _targets(services: Iterable[dict[str, Any]]) -> Iterator[str]:
    for service in services:
        name = str(service.get("id"))
        yield name
        for _, part in entries_in(service, (), "components"):
            yield f"{name}/{part.get('id')}"


def _pages(services: Iterable[dict[str, Any]]) -> Iterator[str]:
    for service in services:
        for inner, part in entries_in(service, (), "components"):
            for _, check in entries_in(part, inner, "checks"):
                if check.get("kind") == _PAGES:
                    yield str(check.get("id"))
