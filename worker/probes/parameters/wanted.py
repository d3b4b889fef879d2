"""What a target must say, for kinds that read text: a part of it, or a regular expression."""

from functools import cached_property
from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator

from worker.contract.kind import Params
from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.parameters.pattern import Expression, regular_expression
from worker.probes.parameters.receiver import Receiver
from worker.probes.parameters.secret import SecretError, reveal

_SHOWN: Final = 60


class Talk(Params):
    """What is sent, and what must come back."""

    send: str | None = Field(
        default=None,
        max_length=65_536,
        description=(
            "Text to send, with \\r\\n where the protocol wants it. ${env:OUTSCOPE_SECRET_NAME} is"
            " read from the worker's environment."
        ),
    )
    send_hex: str | None = Field(
        default=None,
        pattern=r"^([0-9a-fA-F]{2}\s*)+$",
        max_length=65_536,
        description="Bytes to send, as hexadecimal digits, in place of `send`.",
    )
    expect: str | None = Field(
        default=None, min_length=1, description="Text that must be in the answer."
    )
    expect_regex: Annotated[str, Field(min_length=1), AfterValidator(regular_expression)] | None = (
        Field(default=None, description="Regular expression that must be found in the answer.")
    )

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Talk":
        if self.send is not None and self.send_hex is not None:
            raise ValueError("give send or send_hex, not both")
        return self

    @cached_property
    def pattern(self) -> Expression | None:
        """`expect_regex`, compiled."""
        return None if self.expect_regex is None else Expression(self.expect_regex)

    @property
    def says(self) -> bool:
        """Whether anything is sent."""
        return bool(self.send or self.send_hex)

    @property
    def expects(self) -> bool:
        """Whether the answer's text matters."""
        return self.expect is not None or self.expect_regex is not None

    def heard(self, text: str) -> bool:
        """Whether the text has all that is expected."""
        if self.expect is not None and self.expect not in text:
            return False
        return self.pattern is None or self.pattern.is_in(text)

    def message(self, to: Receiver) -> bytes | Fault:
        """What to send, secrets filled in; the fault when this worker does not have one of them, or
        must not send it there.
        """
        if self.send_hex is not None:
            return bytes.fromhex(self.send_hex)
        try:
            return reveal(self.send or "", to).encode()
        except SecretError as error:
            return error.reason, Blame.PROBER, str(error)

    def beyond(self, size: int) -> Fault:
        """The fault of what did not come within the limit of the check: it may come behind it."""
        sentence = (
            f"the expected did not come in the first {size} bytes, and this check reads no more:"
            " raise answer_limit to judge the rest"
        )
        return Reason.CONTENT, Blame.PROBER, sentence

    def another(self, text: str) -> Fault:
        """The fault of another answer than expected, which is not shown when it may echo a
        secret.
        """
        if not text:
            return Reason.CONTENT, Blame.TARGET, "the answer is empty"
        if "${" in (self.send or ""):
            return Reason.CONTENT, Blame.TARGET, "the answer is not as expected"
        return (
            Reason.CONTENT,
            Blame.TARGET,
            f"the answer is not as expected, it begins with {text[:_SHOWN]!r}",
        )
