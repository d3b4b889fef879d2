"""Thresholds given one by one, as `judge.alarm_nats=7`: checked by the same model as the `judge:`
section.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Final

import yaml
from pydantic import ValidationError

from coordinator.configuration.judge import Judge
from coordinator.domain.model.rules import Rules

_SECTION: Final = "judge."


def overridden(rules: Rules, settings: Iterable[str]) -> Rules:
    """The rules with these settings; the last of two for the same threshold counts. ValueError
    names the key.
    """
    given = dict(map(_pair, settings))
    try:
        checked = Judge.model_validate(given)
    except ValidationError as error:
        mistakes = [
            f"{_SECTION}{'.'.join(map(str, one['loc']))}: {_said(one['msg'])}"
            for one in error.errors()
        ]
        raise ValueError("; ".join(mistakes)) from None
    return replace(rules, **dict(_values(checked.model_dump(exclude_unset=True))))


def _pair(setting: str) -> tuple[str, Any]:
    """The threshold, as it is written in the configuration, and its value."""
    key, equals, text = setting.partition("=")
    name = key.strip().removeprefix(_SECTION)
    if not equals or not key.strip().startswith(_SECTION):
        raise ValueError(f"{setting!r} is not of the form {_SECTION}THRESHOLD=VALUE")
    known = [field.alias or name for name, field in Judge.model_fields.items()]
    if name not in known:
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"; did you mean {_SECTION}{near[0]}?" if near else ""
        raise ValueError(f"{_SECTION}{name} is no threshold of the judge{hint}")
    try:
        return name, yaml.safe_load(text)
    except yaml.YAMLError:
        raise ValueError(f"{_SECTION}{name}: {text!r} is no value") from None


def _values(dumped: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in dumped.items():
        yield name, tuple(value) if isinstance(value, list) else value


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")
