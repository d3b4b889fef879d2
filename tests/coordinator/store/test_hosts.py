"""A database URL that names several hosts: whoever is written to by now is found."""

import pytest

from coordinator.store import StoreError
from coordinator.store.database import checked, tortoise_config
from worker.contract.settings.address import AddressError, address, hosts_of, one_host, shown

SEVERAL = "postgresql://u:p@a.example:5432,b.example,[::1]:7000/name?ssl=require"


def test_each_host_is_tried_and_the_one_that_is_written_to_is_taken() -> None:
    told = tortoise_config(SEVERAL)["connections"]["postgres"]["credentials"]
    assert told["hosts"] == [("a.example", 5432), ("b.example", 5432), ("::1", 7000)]
    assert told["target_session_attrs"] == "read-write"
    assert (told["user"], told["password"], told["database"]) == ("u", "p", "name")


def test_what_the_url_says_of_which_host_to_take_stands() -> None:
    url = "postgresql://a,b/name?target_session_attrs=any"
    told = tortoise_config(url)["connections"]["postgres"]["credentials"]
    assert told["target_session_attrs"] == "any"


def test_one_host_is_as_before() -> None:
    told = tortoise_config("postgresql://u@a:1234/name")["connections"]["postgres"]["credentials"]
    assert (told["host"], int(told["port"])) == ("a", 1234)
    assert "hosts" not in told


@pytest.mark.parametrize(
    "url", ["postgresql://u:p@a,/n", "postgresql://a,b:x/n", "postgresql://,a/n"]
)
def test_hosts_that_are_none_are_refused_and_nothing_secret_is_told(url: str) -> None:
    with pytest.raises(StoreError) as refused:
        checked(url)
    assert "u:p" not in str(refused.value)


def test_only_addresses_that_may_name_several_hosts_do() -> None:
    with pytest.raises(AddressError, match="names several hosts"):
        address("redis://a,b:6379/0", ("redis",))
    assert shown(SEVERAL) == "postgresql://a.example:5432,b.example,[::1]:7000/name"
    assert hosts_of("x://u:p@h/0", 7) == [("h", 7)]
    assert one_host("x://u:p@a,b:1/0?q=1", "c", 2) == "x://u:p@c:2/0?q=1"
    assert one_host("x://a", "::1", 2) == "x://[::1]:2"
