"""JSON Schemas: compiled once, and never fetched from anywhere."""

from collections.abc import Mapping
from typing import Any, Final

from worker.probes.parameters.pattern import instead_of

LONGEST: Final = 200
"""Characters of a complaint that are shown; it may quote the target's answer."""
_MEMORY: Final = 1 << 21
"""Bytes that one pattern, and what it learned of texts, may take."""


class Schema:
    """A JSON Schema of any draft; ValueError when it is none. Reading the library costs memory, so
    only users pay.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        import jsonschema_rs  # late: 10 MB that most workers never need

        linear = jsonschema_rs.RegexOptions(size_limit=_MEMORY, dfa_size_limit=_MEMORY)
        try:
            self._validator = jsonschema_rs.validator_for(
                dict(schema), retriever=_refuse, pattern_options=linear
            )
        except ValueError as error:
            raise ValueError(f"is not a JSON Schema: {_words(error)}") from error

    def complaint(self, document: Any) -> str | None:
        """The first thing in which a document differs; None when it agrees. RecursionError when it
        is nested too deeply for the library.
        """
        try:
            error = next(self._validator.iter_errors(document), None)
        except ValueError as error:
            raise RecursionError("nested too deeply to be compared with a schema") from error
        if error is None:
            return None
        place = ".".join(str(part) for part in error.instance_path) or "the JSON body"
        words = f"{place}: {error.message}"
        return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _words(error: ValueError) -> str:
    """What is wrong, where, and for a pattern what to write instead."""
    message = str(getattr(error, "message", error))
    place = ".".join(str(part) for part in getattr(error, "instance_path", ()))
    pattern = getattr(error, "instance", None)
    instead = instead_of(pattern) if "pattern" in place and isinstance(pattern, str) else None
    told = message if instead is None else f"{message} that Outscope searches: {instead}"
    return f"{place}: {told}" if place else told


def _refuse(address: str) -> Any:
    raise ValueError(f"a schema must not refer to {address}; write what it needs under $defs")
