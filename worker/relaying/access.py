"""How a worker comes in at a relay."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RelayAccess:
    """The relay's address, the worker's user and secret, and the authority (PEM) that vouches for
    the address beside the public ones.
    """

    url: str
    user: str
    secret: str = field(repr=False)
    authority: str = field(default="", repr=False)
