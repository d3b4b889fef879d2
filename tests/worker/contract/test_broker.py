"""The broker settings that every process shares."""

import pytest

from worker.contract.broker import transport_options, verified


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://h:1/0", "redis://h:1/0"),
        ("rediss://u:p@h:1/0", "rediss://u:p@h:1/0?ssl_cert_reqs=required"),
        (
            "rediss://h:1/0?ssl_ca_certs=/ca.pem",
            "rediss://h:1/0?ssl_ca_certs=/ca.pem&ssl_cert_reqs=required",
        ),
        ("rediss://h:1/0?ssl_cert_reqs=none", "rediss://h:1/0?ssl_cert_reqs=none"),
        ("rediss://h:1/0?", "rediss://h:1/0?ssl_cert_reqs=required"),
    ],
)
def test_a_tls_broker_is_verified_unless_its_url_says_otherwise(url: str, expected: str) -> None:
    assert verified(url) == expected


def test_nobody_changes_the_options_for_the_others() -> None:
    transport_options()["socket_timeout"] = 0
    assert transport_options()["socket_timeout"] == 5
