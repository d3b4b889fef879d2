"""What is wrong with an HTTP answer, and whose fault it is. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.http.answers.expect import Expect, ExpectHeader
from worker.probes.http.answers.refusals import refusal_by_page, refusal_by_status
from worker.probes.http.answers.text import json_of, text_of
from worker.probes.http.answers.wall import wall_by_headers, wall_fault
from worker.probes.http.request import Answer
from worker.probes.parameters import json_path

SHOWN: Final = 80
"""Characters of a target's answer that a sentence may show."""
_BEYOND: Final = (
    "this check reads no more, so nothing is known of the rest: raise body_limit to judge it"
)
"""What is not there may still come: the limit is ours, and no fault of the target's."""

_WELL: Final = frozenset(range(200, 300))
_WELL_OR_ELSEWHERE: Final = frozenset(range(200, 400))
_SAID: Final = {
    304: "the target says that nothing has changed, and nobody asked for changes",
    405: "the target does not allow this method here",
    503: "the target says that it cannot serve now",
    529: "the target says that it is overloaded",
}


def answer_fault(
    expect: Expect, answer: Answer, noted: Mapping[str, str], *, follows: bool, credentials: bool
) -> Fault | None:
    """What is wrong with an answer; None when nothing is.

    `noted` are its headers of note, `follows` says whether redirects are followed, `credentials`
    whether we sent any.
    """
    fault = status_fault(
        expect,
        answer.status,
        follows=follows,
        credentials=credentials,
        leads_on=answer.redirect_url is not None,
    )
    if fault is None and expect.headers:
        fault = header_fault(expect, answer.headers)
    if fault is None and expect.reads_body:
        content_type = answer.headers.get("content-type", "")
        fault = body_fault(expect, answer.body, cut=answer.cut, content_type=content_type)
    return _refused(expect, answer, noted, fault) or fault


def status_fault(
    expect: Expect, status: int, *, follows: bool, credentials: bool = False, leads_on: bool = False
) -> Fault | None:
    """What is wrong with a status code; None when it is expected. `leads_on`: the answer says where
    to go.

    Some say something about us and nothing about the target's health, unless they are expected.
    """
    codes = expect.codes
    if codes is None:
        codes = _WELL if follows else _WELL_OR_ELSEWHERE
    if status in codes:
        return None
    ours = refusal_by_status(status, credentials=credentials)
    return ours or (
        Reason.STATUS,
        Blame.TARGET,
        _said_of(status, follows=follows, leads_on=leads_on),
    )


def _said_of(status: int, *, follows: bool, leads_on: bool) -> str:
    elsewhere = "redirected more often than allowed" if leads_on else "it does not say where to"
    is_redirect = follows and 300 <= status < 400
    said = _SAID.get(status, elsewhere if is_redirect else None)
    return f"status {status} was not expected" if said is None else f"status {status}: {said}"


def _refused(
    expect: Expect, answer: Answer, noted: Mapping[str, str], fault: Fault | None
) -> Fault | None:
    """A wall against bots, where it stands in the way, or a page that says what this prober lacks;
    a check that expects their own status has its wish.
    """
    if fault is None and (expect.codes is not None or not noted):
        return None
    vendor = wall_by_headers(noted)
    if vendor is not None:
        return wall_fault(answer.status, vendor)
    return None if fault is None else refusal_by_page(answer.status, answer.body)


def header_fault(expect: Expect, headers: Mapping[str, str]) -> Fault | None:
    """What is wrong with the headers, whose names are lower case; None when nothing is."""
    for name, wanted in expect.header_rules:
        wrong = _header_wrong(wanted, headers.get(name.lower()))
        if wrong is not None:
            return Reason.CONTENT, Blame.TARGET, f"the header {name} {wrong}"
    return None


def _header_wrong(wanted: ExpectHeader, value: str | None) -> str | None:
    if not wanted.present:
        return None if value is None else "is present"
    if value is None:
        return "is missing"
    if wanted.equals is not None and value != wanted.equals:
        return f"is {_shown(value)}, not {_shown(wanted.equals)}"
    if wanted.pattern is not None and not wanted.pattern.is_in(value):
        return f"does not match {_shown(wanted.regex)}"
    return None


def body_fault(expect: Expect, body: bytes, *, cut: bool, content_type: str = "") -> Fault | None:
    """What is wrong with the body; None when nothing is. `cut`: reading stopped at the limit, and
    what is missing may stand behind it.
    """
    wrong = _size_wrong(expect, len(body), cut=cut)
    if wrong is not None:
        return Reason.CONTENT, Blame.TARGET, wrong
    text = text_of(body, content_type)
    if expect.not_body is not None and expect.not_body in text:
        return Reason.CONTENT, Blame.TARGET, f"the body contains {_shown(expect.not_body)}"
    try:
        wrong = _lacking(expect, text) or _json_wrong(expect, body, content_type)
    except RecursionError:
        deep = "the JSON body is nested more deeply than this worker reads"
        return Reason.CONTENT, Blame.PROBER, deep
    if wrong is None:
        return None
    if not cut:
        return Reason.CONTENT, Blame.TARGET, wrong
    return Reason.CONTENT, Blame.PROBER, f"{wrong} in its first {len(body)} bytes; {_BEYOND}"


def _size_wrong(expect: Expect, size: int, *, cut: bool) -> str | None:
    if expect.max_bytes is not None and (cut or size > expect.max_bytes):
        return f"the body is larger than {expect.max_bytes} bytes"
    if expect.min_bytes is not None and size < expect.min_bytes:
        return f"the body is {size} bytes, less than {expect.min_bytes}"
    return None


def _lacking(expect: Expect, text: str) -> str | None:
    """What more of the body could still bring."""
    if expect.body is not None and expect.body not in text:
        return f"the body lacks {_shown(expect.body)}"
    if expect.pattern is not None and not expect.pattern.is_in(text):
        return f"the body does not match {_shown(expect.pattern.source)}"
    return None


def _json_wrong(expect: Expect, body: bytes, content_type: str) -> str | None:
    if not expect.json_path and expect.json_schema is None:
        return None
    try:
        document = json_of(body, content_type)
    except ValueError:
        return "the body is not JSON"
    for path, steps, value in expect.paths:
        found = list(json_path.find(document, steps))
        if not found:
            return f"the JSON body has no {path}"
        if not any(_same(actual, value) for actual in found):
            return (
                f"{path} is {_shown(found[0] if len(found) == 1 else found)}, not {_shown(value)}"
            )
    return None if expect.compiled_schema is None else expect.compiled_schema.complaint(document)


def _same(actual: Any, wanted: Any) -> bool:
    return bool(actual == wanted) and isinstance(actual, bool) is isinstance(wanted, bool)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
