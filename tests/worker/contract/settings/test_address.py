"""Addresses in settings: refused when a password moves their borders, and shown without it."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.contract.settings.address import (
    AddressError,
    address,
    echoed,
    from_environment,
    secrets_of,
    shown,
    without_logins,
)

SCHEMES = ("redis", "rediss")
HALF = st.text(st.sampled_from("/@:#?%[] \n\\ü&=.-"), max_size=4)


@given(HALF, HALF)
def test_no_part_of_a_password_is_ever_repeated(before: str, between: str) -> None:
    url = f"redis://user:{before}hunter7{between}zebra9@host:6379/0"
    said = [shown(url), echoed(url)]
    try:
        address(url, SCHEMES)
    except AddressError as error:
        said.append(str(error))
    assert "hunter7" not in "".join(said)
    assert "zebra9" not in "".join(said)
    told = f"cannot connect to {url}"
    for secret in secrets_of(url):
        told = told.replace(secret, "…")
    assert "hunter7" not in told
    assert "zebra9" not in told


@given(st.text(max_size=20))
def test_any_password_is_taken_when_it_is_encoded(password: str) -> None:
    url = f"redis://user:{quote(password.encode('utf-8', 'replace'), safe='')}@host:6379/0"
    assert address(url, SCHEMES) == url
    assert shown(url) == "redis://host:6379/0"


@pytest.mark.parametrize(
    "url", ["redis://h", "rediss://u:p@[fd00::1]:1/0?ssl_ca_certs=/a/b.pem", "redis://:p@h:6379"]
)
def test_plain_addresses_are_taken(url: str) -> None:
    assert address(url, SCHEMES) == url


@pytest.mark.parametrize(
    "url", ["", "redis://", "http://h", "redis://h:x", "redis://h:99999", "redis://u:1/s@h", "h:1"]
)
def test_others_are_refused(url: str) -> None:
    with pytest.raises(AddressError, match="with a host and port"):
        address(url, SCHEMES)


def test_drivers_words_lose_users_and_passwords() -> None:
    said = without_logins("Error 111 connecting to redis://me:s3cret@h:1/0: refused")
    assert said == "Error 111 connecting to redis://…@h:1/0: refused"


def test_a_secret_in_the_place_of_its_file_is_not_repeated() -> None:
    with pytest.raises(AddressError, match="what is no path"):
        from_environment("X", {"X_FILE": "redis://me:s3cret@h"})
