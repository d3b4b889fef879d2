"""What a check kind is: validated parameters and a `run` that looks once.

One kind is one file in `worker/probes/`; its module docstring is what users read about it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from worker.contract.outcome import Outcome


class Params(BaseModel):
    """Parameters of a check of one kind: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    votes: ClassVar[bool] = True
    """Whether a look says how its component is. One that reads what others say of it does not
    vote.
    """
    means_components: ClassVar[str | None] = None
    """The parameter, if any, whose values are ids of components of the check's own service."""


P = TypeVar("P", bound=Params)


@dataclass(frozen=True, slots=True)
class Kind(Generic[P]):
    """A kind of check. `run(params, look)` returns an Outcome and never raises for what a target
    does.
    """

    name: str
    params: type[P]
    run: Callable[[P, Any], Awaitable[Outcome]]
