"""What is wrong with those who are to be told, beyond the shape of each."""

from collections.abc import Iterator, Sequence

from coordinator.configuration.reading.mistake import Mistake, did_you_mean
from coordinator.configuration.reading.source import Source, entries


def strangers(sources: Sequence[Source]) -> Iterator[Mistake]:
    """Ids that are taken, and services, components and regions that there are none of."""
    services = {str(one.get("id")) for source in sources for _, one in entries(source, "services")}
    regions = {str(one.get("id")) for source in sources for _, one in entries(source, "regions")}
    components = {
        str(part.get("id"))
        for source in sources
        for _, service in entries(source, "services")
        for part in service.get("components") or ()
        if isinstance(part, dict)
    }
    known = {"services": services, "components": components, "regions": regions}
    seen = set[str]()
    for source in sources:
        for path, entry in entries(source, "notify"):
            if entry.get("id") in seen:
                yield source.mistake(
                    (*path, "id"), f"{entry['id']!r} is there already; choose another"
                )
            seen.add(str(entry.get("id")))
            for key, there in known.items():
                for index, name in enumerate(entry.get(key) or ()):
                    if name not in there:
                        text = f"{name!r} is not one of the {key}; {did_you_mean(str(name), there)}"
                        yield source.mistake((*path, key, index), text)
