"""What a check kind is: validated parameters that say whom they ask, and a `run` that looks once.

One kind is one file or folder in `worker/probes/kinds/`; its module docstring is what users read
about it.
"""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from worker.contract.outcome import Outcome
from worker.contract.target import Target, texts_in


class Params(BaseModel):
    """Parameters, or a part of them: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckParams(Params):
    """All parameters of a check of one kind."""

    votes: ClassVar[bool] = True
    """Whether a look says how its component is. One that reads what others say of it does not
    vote.
    """
    means_components: ClassVar[str | None] = None
    """The parameter, if any, whose values are ids of components of the check's own service."""
    schemes: ClassVar[tuple[str, ...]] = ()
    """Schemes of the addresses that mean a check of this kind, the usual one first; see
    `from_url`.
    """

    @abstractmethod
    def targets(self) -> tuple[Target, ...]:
        """Everybody whom a look asks by these parameters, in order; at least one.

        What operators forbid or limit goes by it: hosts, schemes, ports, back-off, politeness. A
        proxy is no target but a way to one, and a redirect is judged when it comes.
        """

    def answering(self, outcome: Outcome) -> tuple[Target, ...]:
        """Whose answer an outcome is; to be said by kinds that ask several hosts in turn."""
        return self.targets()

    def tells(self) -> Iterator[tuple[str, str]]:
        """Each text with a secret in it, and a host that would get it; to be said by kinds that do
        not send everything to everybody whom they ask.
        """
        hosts = [target.host for target in self.targets() if target.host is not None]
        for text in with_secrets(self.model_dump()):
            for host in hosts:
                yield text, host

    @classmethod
    def from_url(cls, url: str) -> dict[str, Any]:
        """The parameters that an address means, its scheme being one of anybody's `schemes`;
        ValueError says how to write one that this kind understands.
        """
        raise ValueError("a check of this kind cannot be written as an address")


def with_secrets(value: Any) -> Iterator[str]:
    """Every text in a value that refers to a secret."""
    return (text for text in texts_in(value) if "${" in text)


P = TypeVar("P", bound=CheckParams)


@dataclass(frozen=True, slots=True)
class Kind(Generic[P]):
    """A kind of check. `run(params, look)` returns an Outcome and never raises for what a target
    does. TypeError when its parameters do not say whom they ask.
    """

    name: str
    params: type[P]
    run: Callable[[P, Any], Awaitable[Outcome]]

    def __post_init__(self) -> None:
        if not issubclass(self.params, CheckParams) or self.params.__abstractmethods__:
            raise TypeError(
                f"the kind {self.name!r} does not say whom it asks: its parameters must be"
                " CheckParams with a method `targets`"
            )
