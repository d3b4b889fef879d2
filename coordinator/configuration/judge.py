"""The `judge:` section: every field of the judge's Rules, durations written with their unit."""

import ast
import inspect
from dataclasses import fields
from itertools import pairwise
from typing import Annotated, Any, Final, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model

from coordinator.configuration.duration import PATTERN, milliseconds
from coordinator.domain.model.rules import Rules

_SUFFIX: Final = "_ms"
_Duration = Annotated[
    int, BeforeValidator(milliseconds), WithJsonSchema({"type": "string", "pattern": PATTERN})
]


def written_name(name: str) -> str:
    """How a field of Rules is written in the file: `silent_after_ms` is `silent_after`."""
    return name.removesuffix(_SUFFIX)


def _promises() -> dict[str, str]:
    """The sentence below each field of Rules, as its documentation."""
    body = ast.parse(inspect.getsource(Rules)).body[0]
    lines = body.body if isinstance(body, ast.ClassDef) else []
    said = {}
    for before, after in pairwise(lines):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(before.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            said[before.target.id] = " ".join(str(after.value.value).split())
    return said


def _kind_of(name: str, declared: Any) -> Any:
    if name.endswith(_SUFFIX) and declared is int:
        return _Duration
    if declared is int:
        return Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
    if declared is float:
        share = "share" in name or name.startswith("nearly")
        return Annotated[float, Field(ge=0, le=1 if share else 1_000_000, allow_inf_nan=False)]
    return declared


def _model() -> type[BaseModel]:
    hints, promises = get_type_hints(Rules), _promises()
    entries: dict[str, Any] = {
        field.name: (
            _kind_of(field.name, hints[field.name]),
            Field(
                default=field.default,
                alias=written_name(field.name),
                description=promises.get(field.name),
            ),
        )
        for field in fields(Rules)
    }
    return create_model(
        "Judge",
        __config__=ConfigDict(extra="forbid", frozen=True),
        __doc__="Thresholds of the judge. The defaults need no tuning.",
        **entries,
    )


Judge: Final = _model()


def rules(overrides: dict[str, Any]) -> Rules:
    """The rules with some thresholds replaced; a name that this version does not know is left
    out.
    """
    known = {field.name for field in fields(Rules)}
    values: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v
        for name, v in overrides.items()
        if name in known
    }
    return Rules(**values)
