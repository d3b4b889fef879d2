"""The parameters of the kind `llm`."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from worker.contract.kind import CheckParams, Params
from worker.contract.target import Target, asked_at
from worker.probes.kinds.llm.budget import Bill
from worker.probes.kinds.llm.dialects import anthropic, gemini, openai_chat, openai_responses
from worker.probes.kinds.llm.dialects.dialect import Dialect, Question
from worker.probes.parameters.agreement import Contradiction, agreed
from worker.probes.parameters.header import Headers
from worker.probes.parameters.pattern import Expression, Pattern
from worker.probes.parameters.place import IpVersion
from worker.probes.parameters.web_address import WebAddress

Api = Literal["anthropic", "openai", "openai_responses", "gemini", "openai_compatible"]
DIALECTS: Final[Mapping[Api, Dialect]] = {
    "anthropic": anthropic.DIALECT,
    "openai": openai_chat.DIALECT,
    "openai_responses": openai_responses.DIALECT,
    "gemini": gemini.DIALECT,
    "openai_compatible": openai_chat.COMPATIBLE,
}
_SECRET: Final = re.compile(r"\$\{env:OUTSCOPE_SECRET_[A-Za-z0-9_]+\}")
_MILLION: Final = 1_000_000


def _reference(value: str) -> str:
    if not _SECRET.fullmatch(value):  # the value is not repeated: it may be a key
        raise ValueError(
            "must be a reference such as ${env:OUTSCOPE_SECRET_LLM_KEY}; set that where the worker"
            " runs"
        )
    return value


class Price(Params):
    """What the vendor takes for a million tokens, in any currency."""

    input: float = Field(default=0, ge=0, description="Price of a million tokens of the question.")
    output: float = Field(default=0, ge=0, description="Price of a million tokens of the answer.")


class Budget(Params):
    """What the looks of this check may cost one worker from midnight to midnight UTC."""

    tokens_per_day: int = Field(
        default=100_000,
        ge=0,
        description="Tokens a day that a worker may use for this check, both ways together.",
    )
    cost_per_day: float | None = Field(
        default=None,
        ge=0,
        description=(
            "Money a day that a worker may spend on this check, in the currency of `price`."
        ),
    )


class LlmParams(CheckParams):
    """Whom to ask what, how quick the answer must be, and what it may cost."""

    api: Api = Field(
        description=(
            "Wire format: anthropic (Messages), openai (Chat Completions), openai_responses,"
            " gemini, or openai_compatible for what other vendors and servers make of Chat"
            " Completions."
        )
    )
    tier: Literal["inference", "models"] = Field(
        default="inference",
        description=(
            "inference asks a question and is paid for; models reads the list of models, or the"
            " entry of `model`, and costs nothing."
        ),
    )
    url: WebAddress | None = Field(
        default=None,
        description=(
            "Base address, as the vendor's client libraries take it, such as"
            " https://api.openai.com/v1; default: the vendor's own."
        ),
    )
    model: str | None = Field(
        default=None, min_length=1, max_length=200, description="Name of the model."
    )
    key: Annotated[str, AfterValidator(_reference)] | None = Field(
        default=None,
        description="API key, as ${env:OUTSCOPE_SECRET_NAME}; read from the worker's environment.",
    )
    headers: Headers = Field(
        default={}, description="Further request headers; may hold ${env:OUTSCOPE_SECRET_NAME}."
    )
    prompt: str = Field(
        default="Count from 1 to 15 in digits, separated by spaces. Write nothing else.",
        min_length=1,
        max_length=4000,
        description=(
            "The question: short, with an answer of some dozen tokens, so that their pace can be"
            " seen."
        ),
    )
    max_tokens: int = Field(
        default=64,
        ge=1,
        le=4096,
        description="Longest answer, in tokens; models that think first need more.",
    )
    body: Mapping[str, Any] = Field(
        default={},
        description=(
            "Further fields of the request body, such as {reasoning_effort: minimal}; null leaves"
            " one out."
        ),
    )
    answer: Pattern | None = Field(
        default=None, description="Regular expression that must be found in the answer's text."
    )
    echo: Pattern | None = Field(
        default=None,
        description=(
            "Regular expression that the answering model must match. Default: `model`, or that and"
            " a date."
        ),
    )
    max_first_token_ms: float | None = Field(
        default=None,
        gt=0,
        description="A first token that comes later after the look began is a failure: slow.",
    )
    max_stall_ms: float | None = Field(
        default=None,
        gt=0,
        description="A longer pause between two pieces of the answer is a failure: slow.",
    )
    min_tokens_per_s: float | None = Field(
        default=None,
        gt=0,
        description="An answer that comes with fewer tokens a second is a failure: slow.",
    )
    price: Price = Field(default=Price(), description="What the vendor takes.")
    budget: Budget = Field(default=Budget(), description="What may be spent.")
    ip_version: IpVersion = Field(default="any", description="Look over IPv4 or IPv6 only.")

    @model_validator(mode="after")
    def _agrees(self) -> "LlmParams":
        return agreed(self, _CONTRADICTIONS)

    def targets(self) -> tuple[Target, ...]:
        """Whom the base address names, that of the vendor included."""
        return (asked_at(self.base),)

    @cached_property
    def dialect(self) -> Dialect:
        """How the API is spoken."""
        return DIALECTS[self.api]

    @cached_property
    def answer_pattern(self) -> Expression | None:
        """`answer`, compiled."""
        return None if self.answer is None else Expression(self.answer)

    @cached_property
    def echo_pattern(self) -> Expression | None:
        """`echo`, compiled."""
        return None if self.echo is None else Expression(self.echo)

    @cached_property
    def base(self) -> str:
        """The base address, without a slash at its end."""
        return (self.url or self.dialect.url or "").rstrip("/")

    @cached_property
    def question(self) -> Question:
        """What is asked."""
        return Question(self.model or "", self.prompt, self.max_tokens)

    @cached_property
    def dearest(self) -> Bill:
        """What a look costs at most: a token is at least a byte of the question, and the API adds a
        few of its own.
        """
        return self.bill(len(self.prompt.encode()) + 32, self.max_tokens)

    def bill(self, asked: int, answered: int) -> Bill:
        """What so many tokens of question and answer cost."""
        cost = (asked * self.price.input + answered * self.price.output) / _MILLION
        return Bill(asked + answered, round(cost, 9))


_CONTRADICTIONS: Final[tuple[Contradiction[LlmParams], ...]] = (
    (
        lambda p: p.tier == "inference" and p.model is None,
        "model is missing: which model should be asked?",
    ),
    (
        lambda p: p.url is None and p.dialect.url is None,
        "url is missing: {0.api} has no address of its own",
    ),
    (
        lambda p: p.budget.cost_per_day is not None and not (p.price.input or p.price.output),
        "budget.cost_per_day needs a price: {{input: ..., output: ...}} for a million tokens",
    ),
)
