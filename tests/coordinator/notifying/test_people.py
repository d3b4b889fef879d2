"""What people's channels say when they do not work: why, and nothing of an address."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from coordinator.domain.model.verdict import Severity
from coordinator.domain.notifying.message import Message
from coordinator.domain.notifying.thread import Kind
from coordinator.notifying.outbound import DeliveryError
from coordinator.notifying.people import People
from tests.coordinator.notifying.receivers import mail_server

MESSAGE = Message(Kind.OPENED, "k", "Claude is down", "All of it.", Severity.OUTAGE, {})


async def refusal(port: int, to: str = "someone@example.com") -> str:
    channel = People(f"mailto://127.0.0.1:{port}?from=outscope@example.com&to={to}")
    with pytest.raises(DeliveryError) as refused:
        await channel.send(MESSAGE, "id")
    return refused.value.why


async def test_it_is_told_what_the_mail_server_said(free_port: Callable[[], int]) -> None:
    port = free_port()
    with mail_server(port) as box:
        box.refuse = True
        assert "(451, b'not now')" in await refusal(port)
        box.nobody = "550 no such user"
        why = await refusal(port)
    assert "(550, b'no such user" in why
    assert "someone" not in why
    assert "Connection error" in await refusal(free_port())


async def test_many_at_once_are_told_each_its_own(free_port: Callable[[], int]) -> None:
    ports = [free_port() for _ in range(3)]
    with mail_server(ports[0]) as one, mail_server(ports[1]) as two, mail_server(ports[2]) as three:
        boxes, codes = (one, two, three), ("551", "552", "553")
        for box, code in zip(boxes, codes, strict=True):
            box.nobody = f"{code} no"
        found = await asyncio.gather(*(refusal(port, f"who{port}@x.example") for port in ports * 5))
    for why, code in zip(found, codes * 5, strict=True):
        assert f"({code}, " in why
        assert [other for other in codes if f"({other}, " in why] == [code]


async def test_what_it_logs_with_addresses_goes_nowhere(free_port: Callable[[], int]) -> None:
    logged: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: logged.append(record.getMessage())  # type: ignore[method-assign]
    root, port = logging.getLogger(), free_port()
    before = root.level
    with mail_server(port) as box:
        box.nobody = "550 no such user"
        channel = People(f"mailto://127.0.0.1:{port}?from=a@example.com&to=someone@example.com")
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        try:
            with pytest.raises(DeliveryError):
                await channel.send(MESSAGE, "id")
        finally:
            root.setLevel(before)
            root.removeHandler(handler)
    logs = logging.getLogger("apprise")
    assert not logs.propagate
    assert [line for line in logged if line.startswith(("Email ", "Sending email"))] == []
