"""From a file to a whole, valid configuration, or to the list of everything that is wrong with
it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

from coordinator.configuration.borrowing.mistakes import Written, half_borrowed, unseen
from coordinator.configuration.check import (
    CHECK_KEYS,
    Kinds,
    agreement,
    checks_in,
    given,
    parameters,
    regions_in,
    reserved,
    shape,
)
from coordinator.configuration.circumstances.entries import canonical as announced
from coordinator.configuration.circumstances.mistakes import astray
from coordinator.configuration.configuration import Configuration, from_document
from coordinator.configuration.courtesy import discourtesies
from coordinator.configuration.misdirected import misdirected, unbound
from coordinator.configuration.model import (
    CheckEntry,
    ComponentEntry,
    Document,
    RegionEntry,
    ServiceEntry,
)
from coordinator.configuration.notifying.entries import canonical
from coordinator.configuration.notifying.mistakes import strangers
from coordinator.configuration.publishing.entries import canonical as published
from coordinator.configuration.publishing.mistakes import unpublishable, with_logos
from coordinator.configuration.reading.includes import CATALOG, gather, gathered
from coordinator.configuration.reading.mistake import ConfigurationError, Mistake
from coordinator.configuration.reading.source import Source, parse

_TIMEOUT_MS: Final = 10_000


def load_configuration(path: Path, kinds: Kinds) -> Configuration:
    """The configuration in the file at `path`; `kinds` says which parameters a check of each kind
    has.

    Raises ConfigurationError with every mistake of the file and of all files that it includes.
    """
    return _loaded(*_gathered(path), kinds)


def _gathered(path: Path) -> tuple[list[Source], list[Mistake]]:
    """All files, with the images that they name."""
    sources, mistakes = gather(path)
    return sources, [*mistakes, *chain.from_iterable(map(with_logos, sources))]


def load_document(text: str, name: str, kinds: Kinds) -> Configuration:
    """The configuration of a text in YAML or JSON that came from elsewhere: it may include parts of
    the catalog, and no files.

    Raises ConfigurationError with every mistake.
    """
    return _loaded(*gathered(parse(text, name)), kinds)


def _loaded(sources: list[Source], mistakes: list[Mistake], kinds: Kinds) -> Configuration:
    for source in sources:
        mistakes.extend(shape(source))
        mistakes.extend(parameters(source, kinds))
    if sources:
        mistakes.extend(agreement(sources))
    if mistakes:
        raise ConfigurationError(mistakes)
    parts = [Document.model_validate(source.value) for source in sources]
    if rude := list(discourtesies(sources, kinds, parts[-1].politeness)):
        raise ConfigurationError(rude)
    if half := list(_borrowing(sources, kinds)):
        raise ConfigurationError(half)
    if unknown := list(strangers(sources)):
        raise ConfigurationError(unknown)
    if lost := [*astray(sources), *unpublishable(sources)]:
        raise ConfigurationError(lost)
    if untold := list(misdirected(sources, kinds, parts[-1].secrets)):
        raise ConfigurationError(untold)
    return from_document(_canonical(parts, kinds))


def _borrowing(sources: Sequence[Source], kinds: Kinds) -> Iterator[Mistake]:
    """What is wrong with borrowed regions, and with who is looked at from there."""
    regions = [Written(source, *found) for source in sources for found in regions_in(source)]
    checks = [
        (Written(source, path, check), given(check, kinds[check["kind"]]))
        for source in sources
        for path, check in checks_in(source)
    ]
    for written, key, text in (*half_borrowed(regions), *unseen(regions, checks)):
        yield written.source.mistake((*written.path, key), text)


def with_borrowed(found: Configuration) -> Configuration:
    """The configuration with the borrowed regions of the catalog, when it has none of its own."""
    if any(region.via for region in found.topology.regions):
        return found
    sources, _ = gather(CATALOG / "globalping.yaml")
    added = Document.model_validate(sources[-1].value).regions
    new = [_region(region) for region in added if region.id not in found.topology.region]
    return from_document({**found.document, "regions": [*found.document["regions"], *new]})


def unbound_secrets(path: Path, kinds: Kinds) -> dict[str, list[str]]:
    """The hosts that would get each secret that a valid file does not say hosts of, by the secret's
    key in `secrets`.
    """
    sources, _ = _gathered(path)
    return unbound(sources, kinds, Document.model_validate(sources[-1].value).secrets)


def with_region(document: Mapping[str, Any], entry: Mapping[str, Any]) -> Configuration:
    """A stored configuration with one region more, which is given as a file would have it.

    Raises ConfigurationError with every mistake of the entry, as of a file.
    """
    source = parse(json.dumps({"regions": [entry]}), str(entry.get("id")))
    mistakes = [*shape(source), *reserved([source]), *_borrowing([source], {})]
    there = [region["id"] for region in document.get("regions", ())]
    if entry.get("id") in there:
        text = f"{entry['id']!r} is already the id of a region; choose another"
        mistakes.append(source.mistake(("regions", 0, "id"), text))
    if mistakes:
        raise ConfigurationError(mistakes)
    region = _region(Document.model_validate(source.value).regions[0])
    return from_document({**document, "regions": [*document.get("regions", ()), region]})


def _canonical(parts: list[Document], kinds: Kinds) -> dict[str, Any]:
    judge: Any = parts[-1].judge
    told = parts[-1].globalping
    optional = {
        "notify": [canonical(entry) for part in parts for entry in part.notify],
        "maintenance": [announced(entry) for part in parts for entry in part.maintenance],
        "status_pages": [published(entry) for part in parts for entry in part.status_pages],
        "politeness": parts[-1].politeness.model_dump(mode="json", exclude_defaults=True),
        "secrets": {name: one.model_dump(mode="json") for name, one in parts[-1].secrets.items()},
        "globalping": told.model_dump(mode="json", exclude_none=True) if told else {},
    }
    return {
        **{name: value for name, value in optional.items() if value},
        "regions": [_region(region) for part in parts for region in part.regions],
        "services": [_service(service, kinds) for part in parts for service in part.services],
        "judge": judge.model_dump(mode="json", exclude_unset=True),
    }


def _region(entry: RegionEntry) -> dict[str, Any]:
    told = entry.model_dump(mode="json", exclude_none=True)
    usual = {"simulated": False, "refuse_elsewhere": False, "workers": "here"}
    kept = {key: value for key, value in told.items() if usual.get(key) != value}
    return {**kept, "name": entry.name or entry.id}


def _service(entry: ServiceEntry, kinds: Kinds) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": entry.id,
        "name": entry.name or entry.id,
        "role": entry.role,
        "components": [_component(component, kinds) for component in entry.components],
    }
    if entry.public:
        document["public"] = True
    if entry.status_page:
        document["status_page"] = entry.status_page.model_dump(mode="json")
    if entry.depends_on:
        document["depends_on"] = list(entry.depends_on)
    if entry.hold_opening:
        document["hold_opening_ms"] = entry.hold_opening
    if entry.keep:
        document["keep"] = entry.keep.to_document()
    return document


def _component(entry: ComponentEntry, kinds: Kinds) -> dict[str, Any]:
    checks = [_check(check, kinds) for check in entry.checks]
    return {"id": entry.id, "name": entry.name or entry.id, "checks": checks}


def _check(entry: CheckEntry, kinds: Kinds) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": entry.id,
        "kind": entry.kind,
        "interval_ms": entry.interval,
        "timeout_ms": entry.timeout or min(_TIMEOUT_MS, entry.interval),
        "params": _params(entry, kinds),
    }
    if entry.regions:
        document["regions"] = list(entry.regions)
    if not entry.borrowed:
        document["borrowed"] = False
    if not kinds[entry.kind].votes:
        document["votes"] = False
    return document


def _params(entry: CheckEntry, kinds: Kinds) -> Mapping[str, Any]:
    model = kinds[entry.kind]
    extra = {**(entry.model_extra or {}), "kind": entry.kind}
    params = model.model_validate(given(extra, model))
    written = params.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {key: value for key, value in written.items() if key not in CHECK_KEYS}
