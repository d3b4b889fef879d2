"""Every error code of libcurl has its reason and its blame."""

import pycurl
import pytest

from worker.contract.outcome import Blame, Reason
from worker.probes.http.curl.codes import CODES, told

NAMED = {
    code: name
    for name in dir(pycurl)
    if name.startswith("E_") and not name.startswith("E_MULTI")
    if 0 < (code := getattr(pycurl, name)) < 1000
}
LAST = 101
OF_A_TARGET = {
    1: "a version of HTTP that nobody knows",
    8: "a header line that is none",
    16: "frames that HTTP/2 does not have",
    18: "the end before the announced length",
    22: "an error",
    23: "a compressed body that goes on behind its end",
    28: "nothing",
    33: "a range that was not asked for",
    35: "no TLS",
    52: "no answer",
    55: "a reset",
    56: "chunks that are none",
    60: "a certificate of nobody",
    61: "a body that cannot be unpacked",
    63: "more than announced",
    80: "no end of TLS",
    92: "a stream that it breaks off",
    95: "no HTTP/3",
    100: "a head without end",
}


def test_no_code_is_left_out() -> None:
    assert set(CODES) == set(range(1, LAST + 1))
    assert set(NAMED) <= set(CODES)


@pytest.mark.parametrize("code", OF_A_TARGET, ids=OF_A_TARGET.values())
def test_what_a_target_sends_is_never_ours(code: int) -> None:
    reason, blame, _ = told(code, "words")

    assert reason is not Reason.INTERNAL
    assert blame in (Blame.TARGET, Blame.PATH)


@pytest.mark.parametrize("code", [*CODES, LAST + 1])
def test_a_code_has_a_sentence_with_or_without_libcurls_words(code: int) -> None:
    for words in ("", "{odd} words"):
        reason, blame, sentence = told(code, words)

        assert reason is not Reason.OK
        assert blame is not Blame.NONE
        assert sentence[0].islower() or words in sentence
        assert "{}" not in sentence


def test_a_code_of_a_newer_libcurl_is_told_by_its_number() -> None:
    reason, blame, sentence = told(LAST + 1, "a new thing")

    assert (reason, blame) == (Reason.INTERNAL, Blame.PROBER)
    assert sentence == "libcurl gave up with code 102: a new thing"
