"""The parameters of the kind `flow`."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from worker.contract.kind import CheckParams, Params
from worker.contract.message import IDENTIFIER
from worker.contract.outcome import Outcome
from worker.contract.target import Target
from worker.probes.kinds.http import HttpParams
from worker.probes.parameters.json_path import Path, parse
from worker.probes.parameters.pattern import Expression, Pattern

PLACE: Final = re.compile(rb"\{\{ *([a-z][a-z0-9_]{0,31}) *\}\}")
"""Where a value goes: `{{token}}`."""
_VALUE: Final = r"^[a-z][a-z0-9_]{0,31}$"
MOST_STEPS: Final = 20


class Keep(Params):
    """Where in the answer a value is; one of these."""

    json_path: str | None = Field(
        default=None,
        description=(
            "Path into a JSON body, such as data.token or items[0].id; the first match counts."
        ),
    )
    header: str | None = Field(default=None, min_length=1, description="Name of a header.")
    cookie: str | None = Field(
        default=None, min_length=1, description="Name of a cookie that is set."
    )
    regex: Pattern | None = Field(
        default=None,
        description="Regular expression that is found in the body: its first group, or all of it.",
    )

    @field_validator("json_path")
    @classmethod
    def _leads_somewhere(cls, value: str | None) -> str | None:
        if value is not None:
            parse(value)
        return value

    @model_validator(mode="after")
    def _is_one(self) -> "Keep":
        if (
            sum(
                where is not None
                for where in (self.json_path, self.header, self.cookie, self.regex)
            )
            != 1
        ):
            raise ValueError(
                "say in one way where the value is: json_path, header, cookie or regex"
            )
        return self

    @cached_property
    def path(self) -> Path:
        """`json_path`, read."""
        return parse(self.json_path or "")

    @cached_property
    def expression(self) -> Expression | None:
        """`regex`, compiled with its groups."""
        return None if self.regex is None else Expression(self.regex, groups=True)

    @property
    def reads_body(self) -> bool:
        """Whether the value is in the body."""
        return self.json_path is not None or self.regex is not None

    @property
    def said(self) -> str:
        """Where the value should be, for people."""
        ((name, value),) = self.model_dump(exclude_none=True).items()
        return f"{name} {value!r}"


class StepParams(HttpParams):
    """One request of a flow: all parameters of `http`, its name, and what it keeps for later
    steps.
    """

    name: Annotated[str, Field(pattern=IDENTIFIER)] = Field(
        description="Name of the step, unique in its flow."
    )
    keep: Mapping[Annotated[str, Field(pattern=_VALUE)], Keep] = Field(
        default={},
        description=(
            "Name of a value to where it is in the answer: json_path, header, cookie or regex."
            " Later steps write {{name}} in their url (behind the host), headers and body."
        ),
    )

    @model_validator(mode="after")
    def _names_its_host(self) -> "StepParams":
        if "{{" in urlsplit(self.url).netloc or "{{" in self.url.partition("://")[0]:
            raise ValueError("url must name its host itself; a kept value may stand only behind it")
        return self

    @property
    def needs(self) -> Iterator[str]:
        """The values that the request has places for."""
        for text in (self.url, self.body or "", *self.headers.values()):
            yield from (name.decode() for name in PLACE.findall(text.encode()))


class FlowParams(CheckParams):
    """What to do, step by step."""

    steps: Annotated[tuple[StepParams, ...], Field(min_length=1, max_length=MOST_STEPS)] = Field(
        description=(
            "Requests in order. Each has all parameters of `http`, a `name` of its own, and may"
            " `keep` values: {token: {json_path: data.token}}, or {header: name}, {cookie: name},"
            " {regex: expression}."
        )
    )

    def targets(self) -> tuple[Target, ...]:
        """Whom any step asks, each once."""
        asked = [target for step in self.steps for target in step.targets()]
        return tuple(dict.fromkeys(asked))

    def tells(self) -> Iterator[tuple[str, str]]:
        """Each step tells its own target only."""
        for step in self.steps:
            yield from step.tells()

    def answering(self, outcome: Outcome) -> tuple[Target, ...]:
        """Whom the step asked that failed; all when none did."""
        failed = outcome.extra.get("failed_step")
        return next((step.targets() for step in self.steps if step.name == failed), self.targets())

    @model_validator(mode="after")
    def _hangs_together(self) -> "FlowParams":
        names: set[str] = set()
        values: set[str] = set()
        for step in self.steps:
            if step.name in names:
                raise ValueError(f"two steps are called {step.name!r}; give each a name of its own")
            for value in step.needs:
                if value not in values:
                    raise ValueError(
                        f"step {step.name!r} needs {{{{{value}}}}}, which no step before it keeps"
                    )
            names.add(step.name)
            values.update(step.keep)
        return self
