"""What differs between two configurations, thing by thing and field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from coordinator.configuration.configuration import Configuration
from coordinator.configuration.duration import readable

Verb: TypeAlias = Literal["added", "changed", "removed"]
_Things: TypeAlias = dict[tuple[str, str], dict[str, Any]]
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that was added, changed or removed; `fields` are (name, old, new) of what changed, as
    text.
    """

    verb: Verb
    what: str
    id: str
    fields: tuple[tuple[str, str, str], ...] = ()


def changes(old: Configuration | None, new: Configuration) -> list[Change]:
    """What applying `new` over `old` does; empty when they mean the same."""
    before, after = _things(old.document if old else {}), _things(new.document)
    found = [Change("removed", *key) for key in before if key not in after]
    for key, fields in after.items():
        if key not in before:
            found.append(Change("added", *key))
        elif differing := tuple(_differing(before[key], fields)):
            found.append(Change("changed", *key, differing))
    if not found and old is not None and old.digest != new.digest:
        found.append(Change("changed", "order", "regions, services or components"))
    return found


def _things(document: Mapping[str, Any]) -> _Things:
    things: _Things = {
        ("region", entry["id"]): _flat(entry) for entry in document.get("regions", ())
    }
    for service in document.get("services", ()):
        things["service", service["id"]] = _flat(service, without="components")
        for component in service["components"]:
            name = f"{service['id']}/{component['id']}"
            things["component", name] = _flat(component, without="checks")
            for check in component["checks"]:
                things["check", check["id"]] = {**_flat(check), "component": name}
    if document:
        if "globalping" in document:
            things["globalping", "borrowed regions"] = _flat(document["globalping"])
        for entry in document.get("notify", ()):
            things["notify", entry["id"]] = _flat(entry)
        for entry in document.get("maintenance", ()):
            things["maintenance", entry["id"]] = _flat(entry)
        for entry in document.get("status_pages", ()):
            things["status page", entry["id"]] = _flat(entry)
        things["judge", "thresholds"] = _flat(document.get("judge", {}))
    return things


def _flat(entry: Mapping[str, Any], prefix: str = "", without: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in entry.items():
        if isinstance(value, Mapping) and value:
            inner = "" if key == "params" else f"{prefix}{key}."
            flat.update(_flat(value, inner))
        elif key != without:
            flat[prefix + key] = value
    return flat


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key in [*old, *(key for key in new if key not in old)]:
        before, after = old.get(key, _MISSING), new.get(key, _MISSING)
        if before != after:
            yield key.removesuffix("_ms"), _text(key, before), _text(key, after)


def _text(key: str, value: Any) -> str:
    if value is _MISSING:
        return "(default)"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    if key == "logo":
        return f"an image of {len(value.partition(',')[2]) * 3 // 4} bytes"
    if key.endswith("_ms") and isinstance(value, int):
        return readable(value)
    return str(value)
