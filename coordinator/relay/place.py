"""Where a worker's connections through the relay lead."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where the broker is: its URL without a user, and the authority (PEM) that vouches for it,
    empty for the public ones.
    """

    url: str
    authority: str = field(default="", repr=False)
