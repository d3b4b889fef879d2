"""Secrets come from the worker's environment, only those that are meant for targets, and go only to
whom they are bound.
"""

import pytest

from worker.contract.outcome import Reason
from worker.probes.parameters.receiver import HERE, Receiver, web_receiver
from worker.probes.parameters.secret import SecretError, WrongReceiverError, reveal

SHOP = "shop.example.com"
KEY = "${env:OUTSCOPE_SECRET_KEY}"
UNBOUND = {"OUTSCOPE_SECRET_KEY": "k1", "OUTSCOPE_BROKER": "redis://:pw@host"}
BOUND = UNBOUND | {"OUTSCOPE_SECRET_KEY_HOSTS": "shop.example.com, .example.org, 192.0.2.0/24"}
PROVEN = Receiver(SHOP, proven=True)


def test_a_secret_is_filled_in() -> None:
    assert reveal(f"Bearer {KEY}!", PROVEN, UNBOUND) == "Bearer k1!"


def test_text_without_a_secret_stays_as_it_is() -> None:
    assert reveal("$HOME ${other}", PROVEN, UNBOUND) == "$HOME ${other}"


@pytest.mark.parametrize(
    "name",
    ["OUTSCOPE_BROKER", "HOME", "OUTSCOPE_SECRET_GONE", "OUTSCOPE_SECRET_KEY_HOSTS", ""],
)
def test_what_a_target_must_not_see_is_refused_by_name(name: str) -> None:
    with pytest.raises(SecretError) as caught:
        reveal(f"${{env:{name}}}", PROVEN, BOUND)

    assert name in str(caught.value)
    assert "redis" not in str(caught.value)
    assert "example.org" not in str(caught.value)


@pytest.mark.parametrize("host", [SHOP, "example.org", "a.b.example.org", "192.0.2.7"])
@pytest.mark.parametrize("proven", [True, False])
def test_a_bound_secret_goes_to_its_hosts(host: str, proven: bool) -> None:
    assert reveal(KEY, Receiver(host, proven=proven), BOUND) == "k1"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "www.shop.example.com",
        "shop.example.com.evil.example",
        "notexample.org",
        "192.0.3.7",
        "evil.example\\.example.org",
        "evil.example%2f.example.org",
        "",
    ],
)
def test_a_bound_secret_goes_to_no_other_host(host: str) -> None:
    with pytest.raises(WrongReceiverError, match="OUTSCOPE_SECRET_KEY_HOSTS") as caught:
        reveal(KEY, Receiver(host, proven=True), BOUND)

    assert caught.value.reason is Reason.BLOCKED


@pytest.mark.parametrize("name", ["Host", "host"])
def test_a_bound_secret_goes_to_no_other_name_on_a_shared_server(name: str) -> None:
    to = web_receiver(f"https://{SHOP}/", {name: "evil.example:443"})

    with pytest.raises(WrongReceiverError, match=r"evil\.example"):
        reveal(KEY, to, BOUND)


def test_where_a_check_says_that_a_host_is_must_be_proven() -> None:
    with pytest.raises(WrongReceiverError, match="without proof"):
        reveal(KEY, Receiver(SHOP, proven=False, found_here=False), BOUND)

    assert reveal(KEY, Receiver(SHOP, proven=True, found_here=False), BOUND) == "k1"


@pytest.mark.parametrize(
    ("to", "goes"),
    [
        (PROVEN, True),
        (Receiver(SHOP, proven=False), False),
        (Receiver("127.0.0.1", proven=False), True),
        (Receiver("127.0.0.1", proven=False, found_here=False), False),
        (Receiver("127.0.0.1.evil.example", proven=False), False),
    ],
)
def test_an_unbound_secret_goes_to_who_can_prove_who_it_is(to: Receiver, goes: bool) -> None:
    if goes:
        assert reveal(KEY, to, UNBOUND) == "k1"
    else:
        with pytest.raises(WrongReceiverError, match="name the hosts"):
            reveal(KEY, to, UNBOUND)


def test_what_opens_a_file_of_this_worker_is_told_to_nobody_and_needs_no_host() -> None:
    assert reveal(KEY, HERE, BOUND) == "k1"


def test_hosts_that_mean_nothing_bind_to_nobody() -> None:
    for hosts in ("", "https://shop.example.com/"):
        with pytest.raises(SecretError, match="OUTSCOPE_SECRET_KEY_HOSTS"):
            reveal(KEY, PROVEN, UNBOUND | {"OUTSCOPE_SECRET_KEY_HOSTS": hosts})
