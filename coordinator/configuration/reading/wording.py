"""Turns what pydantic found into mistakes: the right line, the key path, and a sentence that says
what to do.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from coordinator.configuration.reading.mistake import KeyPath, Mistake, did_you_mean
from coordinator.configuration.reading.source import Source
from worker.contract.message import IDENTIFIER

COUNTRY: Final = r"^[A-Z]{2}$"
"""ISO 3166 codes of countries."""
_SENTENCES: Final[Mapping[str, str]] = {
    "string_type": "must be text, not {input}; put it in quotes",
    "model_type": "must be a mapping of keys, not {input}",
    "dict_type": "must be a mapping of keys, not {input}",
    "mapping_type": "must be a mapping of keys, not {input}",
    "model_attributes_type": "must be a mapping of keys, not {input}",
    "list_type": "must be a list, not {input}",
    "tuple_type": "must be a list, not {input}",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "float_parsing": "must be a number, not {input}",
    "float_type": "must be a number, not {input}",
    "int_parsing": "must be a whole number, not {input}",
    "int_type": "must be a whole number, not {input}",
    "bool_type": "must be true or false, not {input}",
    "bool_parsing": "must be true or false, not {input}",
}
_FORMS: Final[Mapping[str, str]] = {
    IDENTIFIER: "{input} cannot be an id; use 1 to 64 small letters, digits, `-` and `_`, "
    "with a letter or digit at both ends",
    COUNTRY: "{input} is not a country; write the two capital letters of ISO 3166, such as IE",
}


def mistakes_of(
    error: ValidationError,
    source: Source,
    at: KeyPath,
    model: type[BaseModel],
    known: Iterable[str] = (),
) -> list[Mistake]:
    """What `error` says of the value at `at`, one mistake a key; `known` are further keys allowed
    there.
    """
    said: dict[KeyPath, list[str]] = defaultdict(list)
    for details in error.errors(include_url=False, include_context=True):
        if details["type"] == "too_short" and details["input"]:
            continue  # its items are wrong, which is said of each
        path, sentence = _said(details, source, at, model, known)
        if sentence not in said[path]:
            said[path].append(sentence)
    return [source.mistake(path, "; or ".join(sentences)) for path, sentences in said.items()]


def _said(
    details: ErrorDetails, source: Source, at: KeyPath, model: type[BaseModel], known: Iterable[str]
) -> tuple[KeyPath, str]:
    path = (*at, *_within(value_at(source.value, at), details["loc"]))
    if details["type"] == "missing":
        return path, f"`{details['loc'][-1]}` is missing; add it"
    if details["type"] == "extra_forbidden":
        keys = set(known if len(details["loc"]) == 1 else ()) | _keys_at(model, details["loc"][:-1])
        return path, f"is not a known key; {did_you_mean(str(path[-1]), keys)}"
    return path, _sentence(details)


def _sentence(details: ErrorDetails) -> str:
    shown, context = _shown(details["input"]), details.get("ctx", {})
    if details["type"] == "value_error":
        return str(context.get("error", details["msg"])).strip()
    if details["type"] == "literal_error":
        words = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
        return f"{shown} is not possible here; {did_you_mean(str(details['input']), words)}"
    if details["type"] == "string_pattern_mismatch":
        rule = _FORMS.get(str(context.get("pattern")), "{input} does not have the form {pattern}")
        return rule.format(input=shown, pattern=context.get("pattern"))
    if details["type"] in _SENTENCES:
        return _SENTENCES[details["type"]].format(input=shown)
    message = details["msg"].replace("Input should be", "must be")
    return f"{message[:1].lower()}{message[1:]}, not {shown}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    text = (
        repr(value)
        if isinstance(value, str)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
    return text if len(text) <= 60 else f"{text[:57]}..."


def value_at(value: Any, path: KeyPath) -> Any:
    """The value inside `value` that `path` leads to."""
    for part in path:
        value = value[part]
    return value


def _within(value: Any, loc: tuple[int | str, ...]) -> KeyPath:
    """The part of pydantic's location that the file really has: names of union branches are left
    out.
    """
    path: list[int | str] = []
    for part in loc:
        if not _holds(value, part):
            continue
        value = value[part]
        path.append(part)
    return tuple(path)


def _holds(value: Any, part: int | str) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> set[str]:
    """The keys that may stand where `loc` leads, as far as the model tells."""
    models = {model}
    for part in loc:
        if not isinstance(part, str):
            continue
        inner = {found for outer in models for found in _models_below(outer, part)}
        models = inner or models
    return {key for model in models for key, _ in _keys_of(model)}


def _models_below(model: type[BaseModel], key: str) -> Iterator[type[BaseModel]]:
    """The models of what stands at a key of a model."""
    for name, entry in _keys_of(model):
        if name == key:
            yield from _models_in(entry.annotation)


def _keys_of(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """The keys of a model as a file writes them."""
    for name, entry in model.model_fields.items():
        yield entry.alias or name, entry


def _models_in(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {found for part in get_args(annotation) for found in _models_in(part)}
