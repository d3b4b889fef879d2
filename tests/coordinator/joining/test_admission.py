"""Whom a token lets in, without a store."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from coordinator.joining.admission import (
    CLOCK_MS,
    OVERLAP_MS,
    Asked,
    RefusedError,
    admission,
    check_clock,
)
from coordinator.joining.token import digest_of, new_token
from coordinator.store.joining.invitations import Invitation
from coordinator.store.joining.keys import WorkerKey
from worker.contract.http.joining import JoinRequest

NOW = 1_772_000_000_000
TOKEN = new_token()
MINE, OTHERS = sha256(b"mine").hexdigest(), sha256(b"another's").hexdigest()
GOOD = Invitation(1, digest_of(TOKEN), "eu-west", None, None, NOW - 60_000, NOW + 60_000)
KEY = WorkerKey(1, "eu-west", "eu-west-abcd", MINE, 1, NOW - 1_000)


def asked(address: str = "203.0.113.7", at: int = NOW, **fields: Any) -> Asked:
    told = {"token": TOKEN, "secret_sha256": MINE, "at": at} | fields
    return Asked(JoinRequest(**told), digest_of(str(told["token"])), address, at)


def refusal(
    ask: Asked, found: Invitation | None, keys: list[WorkerKey], regions: tuple[str, ...]
) -> RefusedError:
    with pytest.raises(RefusedError) as error:
        admission(ask, regions)(found, keys)
    return error.value


REFUSED = {
    "no such token": (asked(), None, [], "unknown_token"),
    "expired": (asked(at=NOW + 60_000), GOOD, [], "token_expired"),
    "used by another": (
        asked(secret_sha256=OTHERS),
        replace(GOOD, used_at=NOW - 1),
        [KEY],
        "token_used",
    ),
    "used, and its worker removed": (asked(), replace(GOOD, used_at=NOW - 1), [], "token_used"),
    "used, and its worker revoked": (
        asked(),
        replace(GOOD, used_at=NOW - 1),
        [replace(KEY, revoked_at=NOW - 1)],
        "token_used",
    ),
    "from elsewhere": (asked(), replace(GOOD, network="198.51.100.0/24"), [], "wrong_address"),
    "from no address": (asked(""), replace(GOOD, network="198.51.100.0/24"), [], "wrong_address"),
    "of another family": (asked("::1"), replace(GOOD, network="0.0.0.0/0"), [], "wrong_address"),
    "a name that is taken": (
        asked(name="eu-west-abcd"),
        replace(GOOD, id=2),
        [KEY],
        "name_taken",
    ),
    "a region that is gone": (asked(), replace(GOOD, region="xx"), [], "unknown_region"),
    "too many": (
        asked(),
        replace(GOOD, id=999),
        [replace(KEY, id=n, invitation=n, worker=f"w{n}") for n in range(100)],
        "too_many_workers",
    ),
    "a new key for a revoked worker": (
        asked(),
        replace(GOOD, id=2, worker="eu-west-abcd"),
        [replace(KEY, revoked_at=NOW - 120_000)],
        "unknown_worker",
    ),
    "a new key for a worker revoked after it was offered": (
        asked(),
        replace(GOOD, id=2, worker="eu-west-abcd"),
        [replace(KEY, revoked_at=NOW - 1)],
        "unknown_worker",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_each_reason_to_refuse_is_a_code_and_a_sentence(case: str) -> None:
    ask, found, keys, code = REFUSED[case]
    error = refusal(ask, found, keys, ("eu-west",))
    assert error.code == code
    assert TOKEN not in error.sentence
    assert MINE not in error.sentence
    assert len(error.sentence) > 40


def test_a_token_lets_in_one_worker_with_a_name_that_nobody_had() -> None:
    admitted = admission(asked(), ("eu-west",))(GOOD, [replace(KEY, id=7, invitation=7)])
    assert admitted.worker.startswith("eu-west-")
    assert admitted.worker != KEY.worker
    assert (admitted.digest, admitted.entry is None) == (MINE, False)


def test_a_worker_is_called_as_it_asks() -> None:
    assert admission(asked(name="attic"), ("eu-west",))(GOOD, []).worker == "attic"


def test_who_asks_again_because_the_answer_was_lost_is_in_already() -> None:
    used = replace(GOOD, used_at=NOW - 1)
    admitted = admission(asked(at=NOW + 3_600_000), ("eu-west",))(used, [KEY])
    assert (admitted.worker, admitted.entry) == (KEY.worker, None)


def test_a_new_key_leaves_the_old_one_good_for_a_while() -> None:
    renewing = replace(GOOD, id=2, worker=KEY.worker)
    admitted = admission(asked(secret_sha256=OTHERS), ("eu-west",))(renewing, [KEY])
    assert (admitted.worker, admitted.until) == (KEY.worker, NOW + OVERLAP_MS)


@pytest.mark.parametrize("off_ms", [CLOCK_MS + 1, -CLOCK_MS - 1, 400 * 86_400_000])
def test_a_clock_that_is_off_is_told_by_how_much(off_ms: int) -> None:
    ask = asked()
    with pytest.raises(RefusedError, match=r"clock of this machine is .* (ahead|behind)"):
        check_clock(replace(ask, at=NOW + off_ms))
    check_clock(replace(ask, at=NOW + CLOCK_MS))


def test_tokens_are_long_and_never_alike() -> None:
    made = {new_token() for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(token.startswith("osj_") and len(token) == 36 for token in made)  # 32 x 6 bits
