"""What the operator says of schemes, ports and those who do not want to be probed."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.contract.target import Target
from worker.targets.guard import Guard
from worker.targets.policy import Policy, PolicyError, read_policy

NEVER = """
# asked us not to, 3 March
shop.example, .quiet.example
192.0.2.0/24  # their network
*.münchen.example
2001:db8:5::/48, 198.51.100.7
"""
WEB = Target("https", "a.example", 443)


@pytest.mark.parametrize(
    "host", ["shop.example", "quiet.example", "a.b.quiet.example", "x.xn--mnchen-3ya.example"]
)
def test_hosts_and_domains_on_the_list_are_never_probed(host: str) -> None:
    sentence = read_policy(never=NEVER).objection(replace(WEB, host=host))
    assert sentence is not None
    assert "OUTSCOPE_NEVER_PROBE" in sentence
    assert host in sentence


@pytest.mark.parametrize(
    "host", ["a.shop.example", "shop.example.com", "unquiet.example", "example"]
)
def test_a_host_on_the_list_is_not_its_neighbours(host: str) -> None:
    assert read_policy(never=NEVER).objection(replace(WEB, host=host)) is None


@pytest.mark.parametrize("ip", ["192.0.2.200", "2001:db8:5::1", "198.51.100.7", "::ffff:192.0.2.9"])
def test_an_address_in_a_network_on_the_list_is_refused_even_when_it_is_allowed(ip: str) -> None:
    guard = Guard(["0.0.0.0/0", "2001:db8::/32"], read_policy(never=NEVER))
    assert "never probed" in (guard.refusal(ip) or "")


def test_an_address_beside_the_network_is_judged_as_ever() -> None:
    guard = Guard(policy=read_policy(never="8.8.8.0/24"))
    assert guard.refusal("8.8.9.1") is None
    assert guard.refusal("8.8.8.8") is not None


def test_one_spelling_of_a_host_hides_no_other() -> None:
    guard = Guard(policy=read_policy(never=".quiet.example"))
    for url in (
        "https://QUIET.example/",
        "https://a.Quiet.Example./",
        "http://u:p@quiet.example:8080/x",
    ):
        assert guard.url_objection(url), url


def test_schemes_that_are_not_on_the_list_are_refused() -> None:
    policy = read_policy(schemes="HTTPS, tcp")
    assert policy.objection(WEB) is None
    assert "OUTSCOPE_SCHEMES" in (policy.objection(replace(WEB, scheme="http")) or "")


def test_ports_that_are_not_on_the_list_are_refused() -> None:
    policy = read_policy(ports="443, 8000-8999")
    assert [
        policy.objection(replace(WEB, port=port)) is None for port in (443, 8000, 8999, 80, 9000)
    ] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert policy.objection(Target("icmp", "a.example")) is None


def test_by_default_web_requests_go_to_no_port_of_another_protocol_and_other_kinds_anywhere() -> (
    None
):
    assert "another protocol" in (Policy().objection(Target("http", "a.example", 25)) or "")
    assert Policy().objection(Target("tcp", "a.example", 25)) is None
    assert read_policy(ports="25").objection(Target("http", "a.example", 25)) is None


@pytest.mark.parametrize("ports", ["0", "65536", "9-1", "x", "1-2-3", "-", "443;80"])
def test_ports_that_mean_nothing_are_an_error_that_says_what_would(ports: str) -> None:
    with pytest.raises(PolicyError, match="443,8000-8999"):
        read_policy(ports=ports)


@pytest.mark.parametrize(
    "never", ["https://a.example/", "a example", ".", "a..example", "a" * 64 + ".example"]
)
def test_a_part_of_the_list_that_means_nothing_is_an_error_that_says_what_would(never: str) -> None:
    with pytest.raises(PolicyError, match="is no host"):
        read_policy(never=never)


@given(st.text())
def test_whatever_is_written_is_a_policy_or_an_error_of_its_own(text: str) -> None:
    for setting in ({"schemes": text}, {"ports": text}, {"never": text}):
        with suppress(PolicyError):
            read_policy(**setting)


def test_a_server_that_the_operator_of_the_machine_chose_is_judged_by_its_scheme_alone() -> None:
    resolvers = Target("dns", None)
    assert read_policy(ports="443", never=NEVER).objection(resolvers) is None
    assert "OUTSCOPE_SCHEMES" in (read_policy(schemes="https").objection(resolvers) or "")
