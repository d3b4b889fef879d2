"""What is wrong with status pages, beyond the shape of each entry; and their logos, read in."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from coordinator.configuration.publishing.logo import logo_file
from coordinator.configuration.reading.mistake import Mistake, did_you_mean
from coordinator.configuration.reading.source import Source, entries


def with_logos(source: Source) -> Iterator[Mistake]:
    """Put the images in the place of the files that name them; what is wrong with those."""
    for path, entry in entries(source, "status_pages"):
        named = entry.get("logo")
        if not isinstance(named, str) or named.startswith("data:"):
            continue
        try:
            entry["logo"] = logo_file(Path(source.name).parent / named)
        except ValueError as error:
            del entry["logo"]
            yield source.mistake((*path, "logo"), str(error))


def unpublishable(sources: Sequence[Source]) -> Iterator[Mistake]:
    """Ids that are taken, and services that there are none of."""
    services = {
        str(one.get("id"))
        for source in sources
        for _, one in entries(source, "services")
        if one.get("role", "service") == "service"
    }
    seen = set[str]()
    for source in sources:
        for path, entry in entries(source, "status_pages"):
            if entry["id"] in seen:
                text = f"{entry['id']!r} is there already; choose another"
                yield source.mistake((*path, "id"), text)
            seen.add(entry["id"])
            for index, name in enumerate(entry.get("services") or ()):
                if name not in services:
                    text = f"{name!r} is not one of the services; {did_you_mean(name, services)}"
                    yield source.mistake((*path, "services", index), text)
