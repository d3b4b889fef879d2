"""Tokens: their form, their checksum, what is asked of a new one, and when one is good."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.access.judging import BAD, ELSEWHERE, RefusedError, check
from coordinator.access.minting import TokenError, minted, wanted
from coordinator.access.scopes import Scope
from coordinator.access.token import FORM, LETTERS, digest_of, identifier_of, new_token
from coordinator.store.access.tokens import AccessToken

AT = 1_772_000_000_000
TOKEN = new_token()
GOOD = AccessToken(
    identifier_of(TOKEN) or "", digest_of(TOKEN), "ci", ("read",), (), AT - 1000, "anna", AT + 1000
)


def test_tokens_are_long_and_never_alike() -> None:
    found = {new_token() for _ in range(500)}
    assert len(found) == 500
    assert all(FORM.fullmatch(token) and identifier_of(token) for token in found)


@given(place=st.integers(0, len(TOKEN) - 1), letter=st.sampled_from(LETTERS + "_-"))
def test_one_wrong_letter_makes_no_token(place: int, letter: str) -> None:
    text = TOKEN[:place] + letter + TOKEN[place + 1 :]
    assert (identifier_of(text) is not None) == (text == TOKEN)


@given(st.text())
def test_whatever_is_no_token_is_called_none(text: str) -> None:
    assert identifier_of(text) is None
    assert identifier_of(TOKEN + text) is None or not text


REFUSED = {
    "unknown": (TOKEN, None, "192.0.2.7", BAD),
    "of another secret": (new_token(), GOOD, "192.0.2.7", BAD),
    "expired": (TOKEN, replace(GOOD, expires_at=AT), "192.0.2.7", BAD),
    "revoked": (TOKEN, replace(GOOD, revoked_at=AT - 1), "192.0.2.7", BAD),
    "from elsewhere": (TOKEN, replace(GOOD, networks=("198.51.100.0/24",)), "192.0.2.7", ELSEWHERE),
    "from nowhere": (TOKEN, replace(GOOD, networks=("192.0.2.0/24",)), "", ELSEWHERE),
    "of another family": (TOKEN, replace(GOOD, networks=("0.0.0.0/0",)), "::1", ELSEWHERE),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_reason_to_refuse_is_a_code_and_a_sentence(name: str) -> None:
    token, found, address, code = REFUSED[name]
    with pytest.raises(RefusedError) as error:
        check(token, found, address, AT)
    assert error.value.code == code
    assert error.value.sentence
    assert token not in error.value.sentence


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7"])
def test_a_good_one_is_let_in_from_its_networks(address: str) -> None:
    found = replace(GOOD, networks=("2001:db8::/48", "192.0.2.0/24"))
    assert check(TOKEN, found, address, AT) == found


def test_a_new_one_is_what_was_asked_for() -> None:
    text, token = minted(wanted(" ci ", ["write", "read"], "1h", ["192.0.2.7"]), "anna", AT)
    assert check(text, token, "192.0.2.7", AT) == token
    assert (token.name, token.scopes) == ("ci", (Scope.READ, Scope.WRITE))
    assert (token.networks, token.expires_at) == (("192.0.2.7/32",), AT + 3_600_000)
    assert minted(wanted("ci", ["read"], "never", ()), "anna", AT)[1].expires_at is None
    assert text not in repr(token)
    assert token.digest not in repr(token)


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("name", ("", ["read"], "1h", ())),
        ("name", ("x" * 65, ["read"], "1h", ())),
        ("name", ("a\x1b[2J", ["read"], "1h", ())),
        ("scopes", ("ci", [], "1h", ())),
        ("scopes", ("ci", ["read", "all"], "1h", ())),
        ("expires", ("ci", ["read"], "soon", ())),
        ("expires", ("ci", ["read"], "4000d", ())),
        ("expires", ("ci", ["read"], "1ms", ())),
        ("networks", ("ci", ["read"], "1h", ["192.0.2.7/24"])),
        ("networks", ("ci", ["read"], "1h", ["everywhere"])),
        ("networks", ("ci", ["read"], "1h", ["192.0.2.7"] * 9)),
    ],
)
def test_what_cannot_be_made_is_named(
    field: str, asked: tuple[str, list[str], str, list[str]]
) -> None:
    with pytest.raises(TokenError) as error:
        wanted(*asked)
    assert error.value.field == field
