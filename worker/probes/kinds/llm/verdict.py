"""Whether an answer is well, and whose fault it is when it is not. Pure."""

import re
from typing import Final

from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.http.answers.edge import noted
from worker.probes.http.answers.refusals import refusal_by_page
from worker.probes.http.answers.wall import wall_by_headers, wall_fault
from worker.probes.http.request import Answer
from worker.probes.kinds.llm.asking import BODY_LIMIT
from worker.probes.kinds.llm.dialects.api_error import error_of, fault_of
from worker.probes.kinds.llm.params import LlmParams
from worker.probes.kinds.llm.reading import Reading

DONE: Final = frozenset(
    {"end_turn", "stop_sequence", "stop", "completed", "STOP", "eos", "eos_token"}
)
"""The model said all that it wanted to."""
CUT: Final = frozenset({"max_tokens", "length", "max_output_tokens", "MAX_TOKENS"})
"""It was stopped where we asked for it."""
TOO_LONG: Final[Fault] = (
    Reason.CONTENT,
    Blame.PROBER,
    f"the answer goes on beyond the {BODY_LIMIT >> 20} MiB that this worker reads",
)
_RELEASE: Final = re.compile(
    r"(.+?)(?:[-:@](?:latest|0)"
    r"|[-@:]v?(\d{3,}|\d\d-\d\d(?:-\d{4})?|\d{4}-\d\d-\d\d)(?:-v\d+(?::\d+)?)?)?"
)
"""A model's name, and what may follow it: an alias, or a date or release; not the name of a smaller
sibling.
"""
_STREAM: Final = "text/event-stream"
_IN_STREAM: Final = 500
"""The status that stands for an error inside a stream whose name nobody knows."""


def status_fault(answer: Answer, params: LlmParams, secret: str | None) -> Fault | None:
    """What is wrong with an HTTP answer other than a broken transfer, before its content is
    read.
    """
    if answer.status == 200:
        return None
    if 300 <= answer.status < 400:
        return (
            Reason.STATUS,
            Blame.TARGET,
            f"status {answer.status}: an API must not send its callers elsewhere",
        )
    error = error_of(answer.body)
    return (_wall(answer) if error is None else None) or fault_of(
        answer.status, error, params.model, secret
    )


def _wall(answer: Answer) -> Fault | None:
    """A wall against bots in place of the API, which says nothing of the API."""
    vendor = wall_by_headers(noted(answer.lines))
    if vendor is not None:
        return wall_fault(answer.status, vendor)
    return refusal_by_page(answer.status, answer.body)


def stream_fault(
    answer: Answer, reading: Reading, params: LlmParams, secret: str | None
) -> Fault | None:
    """What is wrong with an answer of status 200 whose transfer ended well; None when nothing
    is.
    """
    return (
        _told(answer, reading, params, secret)
        or _form(answer, reading)
        or _ending(reading, params)
        or _content(reading, params)
        or _pace(reading, params)
    )


def progress(reading: Reading, at_ms: float) -> str:
    """How far an answer came that did not end, as the end of a sentence."""
    if reading.last_ms is None:
        return "; no token had come"
    return (
        f"; the last of {len(reading.pieces)} pieces of text had come {at_ms - reading.last_ms:.0f}"
        " ms before"
    )


def _told(answer: Answer, reading: Reading, params: LlmParams, secret: str | None) -> Fault | None:
    """The API's own word, inside the stream or in place of it."""
    error = reading.error
    if error is None and not reading.pieces and not _is_stream(answer):
        error = error_of(answer.body)
    if error is None:
        return None
    reason, blame, sentence = fault_of(error.status or _IN_STREAM, error, params.model, secret)
    return reason, blame, f"{sentence}, after status 200"


def _form(answer: Answer, reading: Reading) -> Fault | None:
    if not answer.body:
        return Reason.CONTENT, Blame.TARGET, "status 200 and an empty answer"
    if not _is_stream(answer):
        if (wall := _wall(answer)) is not None:
            return wall
        kind = answer.headers.get("content-type", "of no type")[:60]
        return (
            Reason.PROTOCOL,
            Blame.TARGET,
            f"status 200, but the answer is {kind} and no stream of events",
        )
    if answer.cut:
        return TOO_LONG
    if reading.malformed is not None:
        return (
            Reason.PROTOCOL,
            Blame.TARGET,
            f"the stream is not as documented: {reading.malformed}",
        )
    return None


def _ending(reading: Reading, params: LlmParams) -> Fault | None:
    if not reading.whole:
        after = (
            f"after {len(reading.pieces)} pieces of text"
            if reading.pieces
            else "before the first token"
        )
        return Reason.PROTOCOL, Blame.TARGET, f"the stream broke off {after}, without its end"
    if reading.finish in CUT and not reading.text.strip():
        told = f"the model used {params.max_tokens} tokens before its first word; raise max_tokens"
        return Reason.CONTENT, Blame.PROBER, told
    if reading.finish is not None and reading.finish not in DONE | CUT:
        return Reason.CONTENT, Blame.TARGET, f"the model stopped with {reading.finish[:40]!r}"
    return None


def _content(reading: Reading, params: LlmParams) -> Fault | None:
    if not reading.text.strip():
        return Reason.CONTENT, Blame.TARGET, "the answer holds not a word"
    if reading.model is not None and not _is_expected(reading.model, params):
        return (
            Reason.CONTENT,
            Blame.TARGET,
            f"{reading.model[:80]!r} answered, not {params.model!r}",
        )
    wanted = params.answer_pattern
    if wanted is not None and not wanted.is_in(reading.text):
        return Reason.CONTENT, Blame.TARGET, f"the answer does not match {wanted.source[:80]!r}"
    return None


def _is_expected(model: str, params: LlmParams) -> bool:
    """Whether this is the model that was asked: its name is echoed with or without a date, a
    vendor, an alias, and so may the asked one be written. Two dates must be the same.
    """
    if params.echo_pattern is not None:
        return params.echo_pattern.is_in(model)
    asked, answered = _parts(params.model or ""), _parts(model)
    return asked[0] == answered[0] and (None in (asked[1], answered[1]) or asked[1] == answered[1])


def _parts(model: str) -> tuple[str, str | None]:
    """A model's bare name, and its date or release when it has one that is no alias."""
    name = model.rpartition("/")[2].casefold()
    found = _RELEASE.fullmatch(name)
    return (name, None) if found is None else (found[1], found[2] and found[2].replace("-", ""))


def _pace(reading: Reading, params: LlmParams) -> Fault | None:
    first, stall, speed = reading.first_ms, reading.longest_stall_ms, reading.tokens_per_s
    if (
        params.max_first_token_ms is not None
        and first is not None
        and first > params.max_first_token_ms
    ):
        return _slow(
            f"the first token came after {first:.0f} ms, later than"
            f" {params.max_first_token_ms:g} ms"
        )
    if params.max_stall_ms is not None and stall is not None and stall > params.max_stall_ms:
        return _slow(
            f"the answer stood still for {stall:.0f} ms, longer than {params.max_stall_ms:g} ms"
        )
    if (
        params.min_tokens_per_s is not None
        and speed is not None
        and speed < params.min_tokens_per_s
    ):
        return _slow(f"{speed:.1f} tokens a second came, fewer than {params.min_tokens_per_s:g}")
    return None


def _slow(sentence: str) -> Fault:
    return Reason.SLOW, Blame.TARGET, sentence


def _is_stream(answer: Answer) -> bool:
    return answer.headers.get("content-type", "").lower().startswith(_STREAM)
