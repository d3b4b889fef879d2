"""No host is asked too often by everything that looks at it."""

from collections.abc import Callable

import pytest

from coordinator.configuration import Configuration
from coordinator.configuration.courtesy import is_own

Load = Callable[[str], Configuration]
Mistakes = Callable[[str], list[str]]

OFTEN = "interval: 100ms, timeout: 100ms"
"""From two regions: 20 looks a second."""


def test_a_host_that_would_be_asked_too_often_is_a_mistake_that_says_by_how_much(
    valid_yaml: str, mistakes: Mistakes
) -> None:
    (found,) = mistakes(valid_yaml.replace("interval: 30s, timeout: 5s", OFTEN))
    assert (
        "checks[0].interval: shop.example would get 20 looks a second from 1 check in all regions"
        in found
    )
    assert "more than 10" in found
    assert "politeness: {hosts: {shop.example:" in found


def test_the_looks_of_all_checks_of_a_host_add_up_and_those_of_others_do_not(
    valid_yaml: str, mistakes: Mistakes, load: Load
) -> None:
    slower = valid_yaml.replace("interval: 30s, timeout: 5s", "interval: 300ms, timeout: 300ms")
    load(slower)
    line = next(line for line in slower.splitlines() if "shop-web" in line)
    same = line.replace("shop-web", "shop-two").replace(
        "http://shop.example", "https://SHOP.example:8443/x"
    )
    (found,) = mistakes(slower + same + "\n")
    assert "13.3 looks a second from 2 checks" in found
    load(slower + same.replace("SHOP.example", "other.example") + "\n")


def test_an_operator_may_allow_a_host_more_or_every_host_less(
    valid_yaml: str, load: Load, mistakes: Mistakes
) -> None:
    often = valid_yaml.replace("interval: 30s, timeout: 5s", OFTEN)
    load(often + "politeness: {hosts: {shop.example: 20}}\n")
    load(often + "politeness: {hosts: {SHOP.example.: 20}}\n")
    load(often + "politeness: {looks_per_s: 20}\n")
    assert mistakes(valid_yaml + "politeness: {looks_per_s: 0.01}\n")
    assert "politeness.looks_per_s" in mistakes(valid_yaml + "politeness: {looks_per_s: 0}\n")[0]


def test_a_check_without_an_interval_is_asked_at_the_usual_one(
    valid_yaml: str, mistakes: Mistakes
) -> None:
    usual = (
        valid_yaml.replace("interval: 30s, timeout: 5s", "timeout: 5s")
        + "politeness: {looks_per_s: 0.05}\n"
    )
    (found,) = mistakes(usual)
    assert "0.0667 looks a second" in found


def test_fewer_regions_ask_less(valid_yaml: str, load: Load) -> None:
    load(
        valid_yaml.replace(
            "interval: 30s, timeout: 5s", "interval: 100ms, timeout: 100ms, regions: [eu-west]"
        )
    )


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "localhost", "web", "db.internal", "fd00::1"]
)
def test_what_can_only_be_ones_own_has_no_limit(host: str, valid_yaml: str, load: Load) -> None:
    url = f"http://[{host}]" if ":" in host else f"http://{host}"
    load(
        valid_yaml.replace("interval: 30s, timeout: 5s", OFTEN).replace("http://shop.example", url)
    )


@pytest.mark.parametrize("host", ["8.8.8.8", "shop.example", "localhost.example", "2606:4700::1"])
def test_what_is_public_has_one(host: str) -> None:
    assert not is_own(host)
