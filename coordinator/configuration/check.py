"""Everything that can be wrong with a configuration, found at once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from coordinator.configuration.duration import milliseconds, readable
from coordinator.configuration.model import DEFAULT_INTERVAL, CheckEntry, Document
from coordinator.configuration.reading.mistake import KeyPath, Mistake, did_you_mean
from coordinator.configuration.reading.source import Source, entries, entries_in, walk
from coordinator.configuration.reading.wording import mistakes_of
from worker.contract.kind import CheckParams

Kinds = Mapping[str, type[CheckParams]]
CHECK_KEYS: Final = frozenset(CheckEntry.model_fields)
RESERVED: Final = frozenset({"coordinator", "default"})
SECRET_PREFIX: Final = "OUTSCOPE_SECRET_"  # noqa: S105 - the name of a variable
"""Workers read no other variables of their environment; see worker/probes/parameters/secret.py."""
_LONE: Final = (
    ("judge", "thresholds"),
    ("politeness", "limits"),
    ("secrets", "hosts of secrets"),
    ("globalping", "what borrowed regions may do"),
)
"""What only the first file may have."""
_SECRET: Final = re.compile(r"\$\{env:" + SECRET_PREFIX + r"[A-Za-z0-9_]+\}")


def shape(source: Source) -> list[Mistake]:
    """Wrong types, unknown and missing keys of one file, apart from the parameters of checks."""
    if source.value is None:
        return [
            source.mistake((), "is empty; begin with `include: [catalog:regions, catalog:claude]`")
        ]
    if not isinstance(source.value, dict):
        return [
            source.mistake(
                (),
                "must be a mapping with the keys include, regions, services, politeness and judge",
            )
        ]
    try:
        Document.model_validate(source.value)
    except ValidationError as error:
        return mistakes_of(error, source, (), Document)
    return []


def parameters(source: Source, kinds: Kinds) -> list[Mistake]:
    """Wrong kinds, and parameters that their kind refuses."""
    mistakes: list[Mistake] = []
    for path, check in checks_in(source):
        kind = check.get("kind")
        if not isinstance(kind, str):
            continue
        if kind not in kinds:
            mistakes.append(
                source.mistake(
                    (*path, "kind"), f"{kind!r} is not a kind; {did_you_mean(kind, kinds)}"
                )
            )
            continue
        mistakes.extend(_secrets(source, path, check))
        mistakes.extend(_unknown_components(source, path, check, kinds[kind]))
        try:
            kinds[kind].model_validate(given(check, kinds[kind]))
        except ValidationError as error:
            mistakes.extend(mistakes_of(error, source, path, kinds[kind], CHECK_KEYS))
    return mistakes


def given(check: Mapping[str, Any], params: type[CheckParams]) -> dict[str, Any]:
    """The parameters among the keys of a check; with its kind, when the kind's model asks for
    it.
    """
    own = CHECK_KEYS - {"kind"} if "kind" in params.model_fields else CHECK_KEYS
    return {key: value for key, value in check.items() if key not in own}


def agreement(sources: Sequence[Source]) -> list[Mistake]:
    """What no single value can tell: repeated ids, unknown regions, a timeout beyond the
    interval.
    """
    mistakes = [*_repeated(sources), *_lone(sources), *reserved(sources)]
    regions = {entry.get("id") for source in sources for _, entry in entries(source, "regions")}
    names = {name for name in regions if isinstance(name, str)}
    for source in sources:
        for path, check in checks_in(source):
            mistakes.extend(_unknown_regions(source, path, check, names))
            mistakes.extend(_too_patient(source, path, check))
    return mistakes


def _repeated(sources: Sequence[Source]) -> Iterator[Mistake]:
    first: dict[tuple[str, ...], Mistake] = {}
    for source in sources:
        for what, key, path in _identified(source):
            here = source.mistake((*path, "id"), "")
            before = first.setdefault((what, *key), here)
            if before is not here:
                yield source.mistake(
                    (*path, "id"),
                    f"{key[-1]!r} is already the id of a {what} ({before.file} line {before.line});"
                    " choose another",
                )


def reserved(sources: Sequence[Source]) -> Iterator[Mistake]:
    """A region is also a user at the broker, where these names are taken."""
    for source in sources:
        for path, region in entries(source, "regions"):
            if region.get("id") in RESERVED:
                yield source.mistake(
                    (*path, "id"), f"{region['id']!r} is a name of our own; choose another"
                )


def _identified(source: Source) -> Iterator[tuple[str, tuple[str, ...], KeyPath]]:
    for path, region in entries(source, "regions"):
        yield from _named("region", path, region)
    for path, service in entries(source, "services"):
        yield from _named("service", path, service)
        for inner, component in entries_in(service, path, "components"):
            for what, key, place in _named("component", inner, component):
                yield what, (str(service.get("id")), *key), place
    for path, check in checks_in(source):
        yield from _named("check", path, check)


def _named(
    what: str, path: KeyPath, entry: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[str, ...], KeyPath]]:
    if isinstance(entry.get("id"), str):
        yield what, (entry["id"],), path


def _lone(sources: Sequence[Source]) -> Iterator[Mistake]:
    """What the whole must have, and what only the first file may have."""
    top = sources[-1]
    if not any(True for source in sources for _ in entries(source, "regions")):
        yield top.mistake(
            ("regions",), "there is no region; list some, or write `include: [catalog:here]`"
        )
    if not any(True for source in sources for _ in entries(source, "services")):
        yield top.mistake(
            ("services",), "there is no service; list some, or write `include: [catalog:claude]`"
        )
    for source in sources[:-1]:
        for key, what in _LONE:
            if isinstance(source.value, dict) and source.value.get(key):
                yield source.mistake(
                    (key,), f"an included file cannot set {what}; move this to {top.name}"
                )


def _unknown_regions(
    source: Source, path: KeyPath, check: Mapping[str, Any], known: set[str]
) -> Iterator[Mistake]:
    given_regions = check.get("regions")
    wanted = given_regions if isinstance(given_regions, list) else []
    for index, region in enumerate(wanted):
        if isinstance(region, str) and region not in known:
            text = f"{region!r} is not a region; {did_you_mean(region, known)}"
            yield source.mistake((*path, "regions", index), text)
        elif region in wanted[:index]:
            yield source.mistake(
                (*path, "regions", index), f"{region!r} is written twice; keep one"
            )


def _too_patient(source: Source, path: KeyPath, check: Mapping[str, Any]) -> Iterator[Mistake]:
    try:
        timeout, interval = milliseconds(check.get("timeout")), interval_ms(check)
    except ValueError:
        return
    if timeout > interval:
        text = (
            f"is {readable(timeout)}, longer than the interval of {readable(interval)}; shorten it"
            " or look less often"
        )
        yield source.mistake((*path, "timeout"), text)


def _secrets(source: Source, path: KeyPath, check: Mapping[str, Any]) -> Iterator[Mistake]:
    """References must be ones that a worker will follow; they are kept as references, never
    resolved here.
    """
    for inner, value in walk(check, path):
        if isinstance(value, str) and "${" in _SECRET.sub("", value):
            yield source.mistake(
                inner, f"is not a reference to a secret; write ${{env:{SECRET_PREFIX}NAME}}"
            )


def _unknown_components(
    source: Source, path: KeyPath, check: Mapping[str, Any], params: type[CheckParams]
) -> Iterator[Mistake]:
    """Components that a check's parameters speak of must be those of its own service."""
    meant = check.get(params.means_components or "")
    service = dict(entries(source, "services")).get(path[:2], {})
    own = [str(component.get("id")) for _, component in entries_in(service, (), "components")]
    for name, component in meant.items() if isinstance(meant, dict) else ():
        if isinstance(component, str) and component not in own:
            text = (
                f"{component!r} is not a component of this service; {did_you_mean(component, own)}"
            )
            yield source.mistake((*path, params.means_components or "", name), text)


def interval_ms(check: Mapping[str, Any]) -> int:
    """How often a check looks; ValueError when what is written is no duration."""
    return milliseconds(check["interval"]) if "interval" in check else DEFAULT_INTERVAL


def checks_in(source: Source) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Every check of a file with its path, however wrong the rest is."""
    for outer, service in entries(source, "services"):
        for inner, component in entries_in(service, outer, "components"):
            yield from entries_in(component, inner, "checks")


def regions_in(source: Source) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Every region of a file with its path."""
    return entries(source, "regions")
