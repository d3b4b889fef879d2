"""The users of joined workers at the broker, kept as they should be: the coordinator makes, changes
and removes them itself.

The broker forgets them when it starts again and when its access list is loaded anew, so they are
compared again and again. A user whose key ends loses its open connections with it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from redis.exceptions import ResponseError

from coordinator.messaging.acl import WORKERS, ForbiddenError
from coordinator.messaging.link import Command, Link

_DIGEST: Final = re.compile(r"#([0-9a-f]{64})\b")
_NAME: Final = re.compile(r"user (\S+) ")

Users = Mapping[str, Sequence[str]]
"""The rules of each user by its name."""


class BrokerUsers:
    """Sees to it that exactly the users that are wanted are let in as workers. `apply` blocks, and
    belongs to one thread. RedisError and OSError when the broker is away.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._link: Link | None = None
        self._stale = False
        self._applied: dict[str, tuple[Sequence[str], str]] = {}
        """The rules of each user as we last gave them, and how the broker then wrote them down."""

    def apply(self, wanted: Users) -> int:
        """Bring the users of the broker to what is wanted; how many had to be changed.
        ForbiddenError when we may not.
        """
        if self._stale:
            self.close()
        try:
            link = self._link or self._open()
            return self._changed(link, wanted)
        except BaseException:
            self.close()
            raise

    def use(self, url: str) -> None:
        """Go another way from the next `apply` on."""
        self._url = url
        self._stale = True

    def close(self) -> None:
        """Let go of the connection; the next `apply` opens another."""
        link, self._link = self._link, None
        if link is not None:
            link.__exit__()

    def _open(self) -> Link:
        self._stale = False
        self._link = Link(self._url).__enter__()
        return self._link

    def _changed(self, link: Link, wanted: Users) -> int:
        there = _listed(link)
        gone = [name for name in there if name not in wanted]
        wrong = [
            name
            for name, rules in wanted.items()
            if self._applied.get(name) != (rules, there.get(name))
        ]
        for name in gone:
            self._remove(link, name)
        for name in wrong:
            self._give(link, name, wanted[name], there.get(name, ""))
        if gone or wrong:
            there = _listed(link)
            self._applied = {name: (wanted[name], there[name]) for name in there if name in wanted}
        return len(gone) + len(wrong)

    def _remove(self, link: Link, name: str) -> None:
        """End a user. It is switched off first, so that whom we throw out cannot come in again."""
        _each(
            link,
            ("ACL", "SETUSER", name, "off", "resetpass"),
            ("CLIENT", "KILL", "USER", name),
            ("ACL", "DELUSER", name),
        )

    def _give(self, link: Link, name: str, rules: Sequence[str], before: str) -> None:
        """Give a user its rules; whom it let in by a key that it has no more is thrown out."""
        _each(link, ("ACL", "SETUSER", name, "reset", *rules))
        left = set(_DIGEST.findall(before)) - set(_DIGEST.findall(" ".join(rules)))
        if left or " nopass " in before:
            _each(link, ("CLIENT", "KILL", "USER", name))


def _listed(link: Link) -> dict[str, str]:
    """The users that are ours, each as the broker writes it down."""
    (lines,) = _each(link, ("ACL", "LIST"))
    found = {}
    for line in lines:
        text = line.decode("utf-8", "replace") if isinstance(line, bytes) else str(line)
        name = _NAME.match(text)
        if name is not None and name[1].startswith(WORKERS):
            found[name[1]] = text
    return found


def _each(link: Link, *commands: Command) -> list[Any]:
    replies = list(link.ask(*commands))
    for reply in replies:
        if isinstance(reply, ResponseError):
            if "permission" in str(reply).lower():
                raise ForbiddenError(str(reply))
            raise reply
    return replies
