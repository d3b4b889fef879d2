"""What an HTTP answer must be like, as a check may say it."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, field_validator, model_validator

from worker.contract.kind import Params
from worker.probes.parameters.agreement import Contradiction, agreed
from worker.probes.parameters.json_path import Path, parse
from worker.probes.parameters.json_schema import Schema
from worker.probes.parameters.pattern import Expression, Pattern, regular_expression

_STATUS: Final = re.compile(r"[1-5]xx|[1-5]\d\d(?:-[1-5]\d\d)?", re.I | re.A)
_RANGE: Final = re.compile(r"([1-5]\d\d)-([1-5]\d\d)")

StatusCode = Annotated[int, Field(ge=100, le=599)]
StatusRange = Annotated[str, Field(pattern=r"^([1-5]xx|[1-5]\d\d-[1-5]\d\d)$")]


def _statuses(value: Any) -> Any:
    """One or several, each in one spelling; ValueError with a sentence for what is none."""
    if value is None:
        return None
    items = value if isinstance(value, list | tuple) else (value,)
    for item in items or ("nothing",):
        if not _STATUS.fullmatch(str(item)):
            raise ValueError(f"{item!r} is no status code; write 200, 2xx, 200-204 or a list")
    return tuple(item.lower() if isinstance(item, str) else item for item in items)


class ExpectHeader(Params):
    """What one header of the answer must be like."""

    present: bool = Field(
        default=True, description="Whether the header must be there, or must not."
    )
    equals: str | None = Field(default=None, description="The whole value.")
    regex: Pattern | None = Field(
        default=None, description="Regular expression that must be found in the value."
    )

    @model_validator(mode="after")
    def _agrees(self) -> "ExpectHeader":
        if not self.present and (self.equals is not None or self.regex is not None):
            raise ValueError("a header that must not be present has no value to expect")
        return self

    @cached_property
    def pattern(self) -> Expression | None:
        """`regex`, compiled."""
        return None if self.regex is None else Expression(self.regex)


class Expect(Params):
    """What the answer must be like; everything that is given must hold."""

    status: Annotated[tuple[StatusCode | StatusRange, ...] | None, BeforeValidator(_statuses)] = (
        Field(
            default=None,
            description=(
                "Accepted status codes, such as [200, 401], 2xx or 200-204. Default: 2xx, and 3xx"
                " when redirects are not followed."
            ),
        )
    )
    headers: Mapping[str, str | ExpectHeader] = Field(
        default={},
        description=(
            "Header name to a regular expression that must be found in its value, or to one of "
            "{equals: text}, {regex: text}, {present: true}, {present: false}."
        ),
    )
    body: str | None = Field(default=None, description="Text that the body must contain.")
    not_body: str | None = Field(default=None, description="Text that the body must not contain.")
    body_regex: Pattern | None = Field(
        default=None, description="Regular expression that must be found in the body."
    )
    json_path: Mapping[str, Any] = Field(
        default={},
        description=(
            "Path into a JSON body, such as status.indicator, items[0].id or items[*].name, to the"
            " value that must be there; with *, in at least one place."
        ),
    )
    json_schema: Mapping[str, Any] | None = Field(
        default=None,
        description=(
            "JSON Schema that the body must agree with. It may refer to its own $defs only."
        ),
    )
    min_bytes: int | None = Field(
        default=None, ge=0, description="Least size of the body, unpacked."
    )
    max_bytes: int | None = Field(
        default=None, ge=0, description="Greatest size of the body, unpacked."
    )

    @field_validator("headers")
    @classmethod
    def _all_compile(
        cls, value: Mapping[str, str | ExpectHeader]
    ) -> Mapping[str, str | ExpectHeader]:
        for wanted in value.values():
            if isinstance(wanted, str):
                regular_expression(wanted)
        return value

    @field_validator("json_path")
    @classmethod
    def _all_lead_somewhere(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        for path in value:
            parse(path)
        return value

    @field_validator("status")
    @classmethod
    def _ranges_are_not_empty(
        cls, value: tuple[int | str, ...] | None
    ) -> tuple[int | str, ...] | None:
        for item in value or ():
            if not _codes(item):
                raise ValueError(f"{item!r} holds no status code; write the lower one first")
        return value

    @model_validator(mode="after")
    def _agrees(self) -> "Expect":
        _ = self.compiled_schema
        return agreed(self, _CONTRADICTIONS)

    @cached_property
    def codes(self) -> frozenset[int] | None:
        """Every accepted status code; None when `status` was not given."""
        if self.status is None:
            return None
        return frozenset(code for item in self.status for code in _codes(item))

    @cached_property
    def reads_body(self) -> bool:
        """Whether the body decides."""
        texts = (
            self.body,
            self.not_body,
            self.body_regex,
            self.json_schema,
            self.min_bytes,
            self.max_bytes,
        )
        return bool(self.json_path) or any(given is not None for given in texts)

    @cached_property
    def pattern(self) -> Expression | None:
        """`body_regex`, compiled."""
        return None if self.body_regex is None else Expression(self.body_regex)

    @cached_property
    def header_rules(self) -> tuple[tuple[str, ExpectHeader], ...]:
        """`headers`, in their long form."""
        return tuple(
            (name, ExpectHeader(regex=wanted) if isinstance(wanted, str) else wanted)
            for name, wanted in self.headers.items()
        )

    @cached_property
    def paths(self) -> tuple[tuple[str, Path, Any], ...]:
        """`json_path`, each with its steps."""
        return tuple((path, parse(path), value) for path, value in self.json_path.items())

    @cached_property
    def compiled_schema(self) -> Schema | None:
        """`json_schema`, compiled."""
        return None if self.json_schema is None else Schema(self.json_schema)


def _codes(item: int | str) -> range:
    if isinstance(item, int):
        return range(item, item + 1)
    between = _RANGE.fullmatch(item)
    if between is None:
        return range(int(item[0]) * 100, int(item[0]) * 100 + 100)
    return range(int(between[1]), int(between[2]) + 1)


_CONTRADICTIONS: Final[tuple[Contradiction[Expect], ...]] = (
    (
        lambda e: (
            None not in (e.min_bytes, e.max_bytes) and (e.min_bytes or 0) > (e.max_bytes or 0)
        ),
        "min_bytes is more than max_bytes",
    ),
)
