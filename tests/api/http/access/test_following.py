"""A stream of events ends when whoever follows it may read no more."""

from collections.abc import AsyncIterator

import pytest

from api.http.access import following
from api.http.access.caller import Caller
from api.http.access.following import while_let_in
from api.http.live.stream import Beat, Item, Note
from api.http.settings import TOKENS
from coordinator.access.scopes import Scope
from coordinator.access.session import begun
from coordinator.store import Store
from coordinator.store.audit import Entry
from tests.api.http.access.asking import asking, token_of
from worker.contract.clock import now

READS = frozenset({Scope.READ})


async def beats(count: int) -> AsyncIterator[Item]:
    for number in range(count):
        yield Beat(number)


@pytest.mark.parametrize("by", ["token", "session", "session of a token"])
async def test_a_stream_ends_with_what_let_in_who_follows_it(
    api_database: str, configured: Store, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    monkeypatch.setattr(following, "EVERY_S", 0.0)  # at each item
    _, token = await token_of(configured, Scope.READ)
    line = Entry(now(), "tester", "x", "y", "here")
    session = begun("secret", "anna", ("read",), now(), token.id if by != "session" else None)
    await configured.sessions.begin(session, line)
    shown = {"token": token.id} if by == "token" else {"session": session.id}
    who = Caller("anna", "127.0.0.1", READS, **shown)
    async with asking(api_database, access=TOKENS) as (_, app):
        sources = app.state.sources
        assert [type(one) async for one in while_let_in(beats(3), who, sources)] == [Beat] * 3
        stream = while_let_in(beats(3), who, sources)
        assert isinstance(await anext(stream), Beat)
        if by == "session":
            await configured.sessions.end(session.id, line)
        else:
            await configured.tokens.revoke(token.id, now(), line)
        rest = [one async for one in stream]
        assert [type(one) for one in rest] == [Note]
        nobody = Caller("anybody", "127.0.0.1", READS)
        assert len([one async for one in while_let_in(beats(3), nobody, sources)]) == 3
