"""What of Outscope is installed here, and the sentence that says which extra brings what is not.

Extras and what they bring are read from the package's own metadata. This stands on the standard
library alone: it speaks where nothing else is installed.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution, requires, version
from typing import Final

EXIT_MISSING: Final = 2
"""The exit code of a command whose parts are not installed."""
_NAME: Final = "outscope"
_OWN: Final = ("api", "coordinator", "worker")
_REQUIREMENT: Final = re.compile(r"""([\w.-]+).*;\s*extra\s*==\s*["']([\w-]+)["']""")

Extras = Mapping[str, frozenset[str]]
"""The distributions that each extra brings, by their normal names."""


VERSION_HEADER: Final = "outscope-version"
"""The header of every answer of the API: how a client knows it."""


def own_version() -> str:
    """The version that is installed here; `unknown` in a source tree that was not installed."""
    try:
        return version(_NAME)
    except PackageNotFoundError:
        return "unknown"


def skew(coordinator: str, worker: str) -> str:
    """What is wrong when these versions work together: one sentence, empty when nothing is. One
    minor version older or newer works; of versions that cannot be read nothing is known.
    """
    ours, theirs = _numbers(coordinator), _numbers(worker)
    if not (ours and theirs) or (ours[0] == theirs[0] and abs(ours[1] - theirs[1]) <= 1):
        return ""
    what = "worker" if theirs < ours else "coordinator, then the other workers"
    return (
        f"version {theirs[0]}.{theirs[1]} of this worker and version {ours[0]}.{ours[1]} of the"
        f" coordinator are more than one minor version apart, and may not understand each other;"
        f" renew the {what}"
    )


def _numbers(version: str) -> tuple[int, int] | None:
    found = re.match(r"(\d{1,6})\.(\d{1,6})(?!\d)", version)
    return (int(found[1]), int(found[2])) if found else None


def extras() -> Extras:
    """The extras of the installed package; none in a source tree that was not installed."""
    try:
        return read_extras(requires(_NAME) or ())
    except PackageNotFoundError:
        return {}


def read_extras(requirements: Sequence[str]) -> Extras:
    """The extras that lines such as `rich>=14; extra == 'cli'` tell of."""
    found: dict[str, set[str]] = {}
    for line in requirements:
        told = _REQUIREMENT.match(line)
        if told:
            found.setdefault(told[2], set()).add(_normal(told[1]))
    return {extra: frozenset(brought) for extra, brought in found.items()}


def require(*wanted: str) -> None:
    """ModuleNotFoundError when something that the extras bring is not installed.

    For a command that starts other processes, and would learn of it from their logs.
    """
    known = extras()
    for name in sorted(frozenset().union(*(known.get(extra, frozenset()) for extra in wanted))):
        try:
            distribution(name)
        except PackageNotFoundError:
            raise ModuleNotFoundError(f"no distribution {name!r}", name=name) from None


def third_party(error: ModuleNotFoundError) -> str | None:
    """The package that was not found; None when it should be here: our own, or Python's."""
    name = (error.name or "").partition(".")[0]
    return None if name in ("", *_OWN) or name in sys.stdlib_module_names else name


def sentence(command: str, module: str, wanted: Sequence[str], known: Extras) -> str:
    """What a command lacks, and the line that mends it. `wanted` are the command's own extras."""
    mended = ",".join(bringing(module, wanted, known))
    return (
        f"{command} needs {module}, which is not installed here;"
        f" install it with: pip install '{_NAME}[{mended}]'"
    )


def bringing(module: str, wanted: Sequence[str], known: Extras) -> Sequence[str]:
    """The extras to install: those of the command, and a further one when none of them brings the
    module.
    """
    fitting = sorted(
        (len(brought), extra) for extra, brought in known.items() if _in(module, brought)
    )
    names = [extra for _, extra in fitting]
    if not names or any(extra in names for extra in wanted):
        return wanted
    return (*wanted, names[0])


def _in(module: str, brought: frozenset[str]) -> bool:
    """Whether one of the distributions has the module; `dns` comes with dnspython, `yaml` with
    PyYAML.
    """
    name = _normal(module)
    return any(name in distribution for distribution in brought)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
