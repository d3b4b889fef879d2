"""Streams end when whoever follows them may read no more."""

import math
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Final, cast

from api.http.access.caller import Caller
from api.http.live.line import Line
from api.http.live.stream import NOT_LET_IN, Item, Note
from api.http.sources.sources import Sources
from coordinator.access.judging import RefusedError, check_still
from worker.contract.clock import monotonic_s, now

EVERY_S: Final = 1.0
"""So often a stream that tells something asks again; one that tells nothing does at each beat."""


async def while_let_in(
    items: AsyncIterator[Item], who: Caller, sources: Sources, line: Line | None = None
) -> AsyncIterator[Item]:
    """The items, for as long as the token or the session of the caller is good; for so long it may
    be told over the `line`, too.
    """
    line = line or Line()
    lasts_s = math.inf if who.token is None and who.session is None else EVERY_S
    asked_s = monotonic_s()
    line.let_in_until_s = asked_s + lasts_s
    async with aclosing(cast("AsyncGenerator[Item, Any]", items)) as given:
        async for item in given:
            if monotonic_s() - asked_s >= EVERY_S:
                if not await is_still_let_in(who, sources):
                    yield Note("closing", "you are not let in any more", code=NOT_LET_IN)
                    return
                asked_s = monotonic_s()
                line.let_in_until_s = asked_s + lasts_s
            yield item


async def is_still_let_in(who: Caller, sources: Sources) -> bool:
    """Whether what somebody was let in by is still good."""
    identifier = who.token
    if who.session is not None:
        session = await sources.store.sessions.find(who.session, now())
        if session is None:
            return False
        identifier = session.token
    if identifier is None:
        return True
    token = await sources.tokens.find(identifier)
    try:
        if token is not None:
            check_still(token, now())
    except RefusedError:
        return False
    return token is not None
