"""What was said and what is on its way: kept together, delivered in order, never twice."""

from dataclasses import replace

import pytest

from coordinator.domain.model.incident import IncidentEvent, Moment
from coordinator.domain.notifying.rule import Rule
from coordinator.domain.notifying.thread import Kind, Thread, opened
from coordinator.store import Store
from tests.coordinator.domain.notifying.incidents import AT, MINUTE, incident, over
from tests.coordinator.store.notices.letters import letter, message

ONE = incident()
BEGUN = opened(Rule("mail"), ONE, ["shop"], AT).thread


async def test_threads_come_back_as_they_were(store: Store) -> None:
    await store.notice_threads.say([BEGUN], [], AT)
    [known] = await store.notice_threads.known(AT + 1)
    assert (known.thread, known.began_at) == (BEGUN, AT)
    ended = replace(BEGUN, over=True, at=AT + MINUTE)
    await store.notice_threads.say([ended], [], AT + MINUTE)
    assert await store.notice_threads.known(AT + 1) == []
    [known] = await store.notice_threads.known(AT)
    assert (known.thread, known.began_at) == (ended, AT), "when it began stays"


async def test_incidents_that_ended_are_found_while_their_thread_goes_on(store: Store) -> None:
    await store.incidents.apply(IncidentEvent(AT, Moment.OPENED, ONE))
    await store.notice_threads.say([BEGUN], [], AT)
    assert await store.notice_threads.to_end() == []
    ended = over(ONE, AT + MINUTE)
    await store.incidents.apply(IncidentEvent(AT + MINUTE, Moment.RESOLVED, ended))
    assert await store.notice_threads.to_end() == [ended]
    await store.notice_threads.say([replace(BEGUN, over=True)], [], AT + MINUTE)
    assert await store.notice_threads.to_end() == []


async def test_messages_of_one_thread_wait_for_each_other(store: Store) -> None:
    letters = [letter(), letter(Kind.RESOLVED), letter(channel="chat"), letter(name="other-1")]
    await store.notice_threads.say([], letters, AT)
    first, chat, other = await store.deliveries.due(AT, 10)
    assert (first.message, first.channel) == (message(), "mail")
    assert (chat.channel, other.message.key) == ("chat", "other-1")
    await store.deliveries.again(first.id, AT + MINUTE, "refused")
    assert {one.id for one in await store.deliveries.due(AT, 10)} == {chat.id, other.id}
    [again] = [one for one in await store.deliveries.due(AT + MINUTE, 10) if one.id == first.id]
    assert again.tries == 1
    await store.deliveries.sent(first.id, AT + MINUTE)
    kinds = [one.message.kind for one in await store.deliveries.due(AT + MINUTE, 10)]
    assert kinds == [Kind.RESOLVED, Kind.OPENED, Kind.OPENED]


async def test_what_became_of_each_is_listed_the_newest_first(store: Store) -> None:
    for n in range(5):
        await store.notice_threads.say([], [letter(name=f"i-{n}")], AT + n)
    first = (await store.deliveries.due(AT + 9, 1))[0]
    await store.deliveries.give_up(first.id, AT + 9, "gone")
    page = await store.deliveries.page(limit=3)
    rest = await store.deliveries.page(cursor=page.next, limit=3)
    assert [one["incident"] for one in page.items + rest.items] == [
        f"i-{n}" for n in (4, 3, 2, 1, 0)
    ]
    assert rest.next is None
    last = rest.items[-1]
    assert (last["state"], last["why"], last["tries"]) == ("given_up", "gone", 1)
    assert [one["id"] for one in (await store.deliveries.page("i-2")).items] == [first.id + 2]
    assert await store.deliveries.send_again(first.id, AT + 10)
    assert not await store.deliveries.send_again(first.id, AT + 10), "it is on its way already"
    with pytest.raises(ValueError, match="is not one that this service gave out"):
        await store.deliveries.page(cursor="bm9uZQ")


async def test_what_waits_for_a_channel_that_left_is_given_up(store: Store) -> None:
    await store.notice_threads.say([], [letter(), letter(channel="chat")], AT)
    await store.deliveries.drop({"mail"}, set(), AT)
    assert [one.channel for one in await store.deliveries.due(AT, 10)] == ["mail"]


async def test_the_old_is_forgotten_but_not_what_goes_on(store: Store) -> None:
    ended = Thread("mail", "claude-0", BEGUN.said, AT, over=True)
    await store.notice_threads.say([BEGUN, ended], [letter()], AT)
    assert await store.retention.notices(AT) == 0
    assert await store.retention.notices(AT + 1) == 2
    assert [one.thread for one in await store.notice_threads.known(AT)] == [BEGUN]


async def test_how_many_wait_and_since_when_is_known_by_rule(store: Store) -> None:
    assert await store.deliveries.waiting() == []
    await store.notice_threads.say([], [letter(), letter(Kind.RESOLVED)], AT)
    [(rule, number, since)] = await store.deliveries.waiting()
    assert (rule, number, since) == ("mail", 2, AT)
    first, *_ = await store.deliveries.due(AT, 10)
    await store.deliveries.sent(first.id, AT + MINUTE)
    assert [number for _, number, _ in await store.deliveries.waiting()] == [1]
