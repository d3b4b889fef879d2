"""Follows `include:` from file to file, and knows the built-in catalog."""

from pathlib import Path
from typing import Final

from coordinator.configuration.reading.mistake import ConfigurationError, Mistake, did_you_mean
from coordinator.configuration.reading.source import Source, read

CATALOG: Final = Path(__file__).resolve().parents[2] / "catalog"
DEFAULT: Final = CATALOG / "default.yaml"
"""What `outscope up` looks at when nobody said otherwise."""
_PREFIX: Final = "catalog:"


def catalog_names() -> list[str]:
    """What can follow `catalog:`."""
    return sorted(path.stem for path in CATALOG.glob("*.yaml") if path != DEFAULT)


def gather(path: Path) -> tuple[list[Source], list[Mistake]]:
    """The file and all that it includes, each once: included files first, the file itself last."""
    sources: list[Source] = []
    mistakes: list[Mistake] = []
    _follow(path, str(path), set(), sources, mistakes)
    return sources, mistakes


def gathered(source: Source) -> tuple[list[Source], list[Mistake]]:
    """A document that is no file here, and the parts of the catalog that it includes. Files of this
    machine are not read for who sent it.
    """
    sources: list[Source] = []
    mistakes: list[Mistake] = []
    seen: set[Path] = set()
    for index, entry in enumerate(_wanted(source)):
        if not isinstance(entry, str):
            continue
        if not entry.startswith(_PREFIX):
            text = "only parts of the catalog can be included here, such as catalog:claude"
            mistakes.append(source.mistake(("include", index), text))
            continue
        target, shown, wrong = _target(entry, CATALOG)
        if wrong:
            mistakes.append(source.mistake(("include", index), wrong))
        elif target.resolve() not in seen:
            _follow(target, shown, seen, sources, mistakes)
    return [*sources, source], mistakes


def _wanted(source: Source) -> list[object]:
    found = source.value.get("include") if isinstance(source.value, dict) else None
    return found if isinstance(found, list) else []


def _follow(
    path: Path, name: str, seen: set[Path], sources: list[Source], mistakes: list[Mistake]
) -> None:
    seen.add(path.resolve())
    try:
        source = read(path, name)
    except ConfigurationError as error:
        mistakes.extend(error.mistakes)
        return
    for index, entry in enumerate(_wanted(source)):
        if not isinstance(entry, str):
            continue
        target, shown, wrong = _target(entry, path)
        if wrong:
            mistakes.append(source.mistake(("include", index), wrong))
        elif target.resolve() not in seen:
            _follow(target, shown, seen, sources, mistakes)
    sources.append(source)


def _target(entry: str, path: Path) -> tuple[Path, str, str]:
    if entry.startswith(_PREFIX):
        name = entry.removeprefix(_PREFIX)
        known = catalog_names()
        wrong = "" if name in known else f"the catalog has no {name!r}; {did_you_mean(name, known)}"
        return CATALOG / f"{name}.yaml", entry, wrong
    target = path.parent / entry
    missing = f"there is no file {target}; the path is relative to this file"
    return target, str(target), "" if target.is_file() else missing
