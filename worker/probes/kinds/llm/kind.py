"""A language model answers a real question, token by token, quickly enough; or its API lists its
models.

With `tier: inference` each look is a short question whose answer is streamed, and costs money: give
it a longer interval than the free looks beside it, and a `budget`. `extra` tells when the first
token came, the longest pause, tokens a second, token counts, why the model stopped and which model
answered. An empty answer, a stream that breaks off, an error inside the stream, another model than
the one asked, or a refusal are failures of the target. With `tier: models` a look reads the list of
models, or the entry of `model`, and costs nothing.

What says something about us and nothing about the target does not count against it: a key that is
refused, an account with nothing left to pay with, our own rate limit, a model name that the API
does not know, a budget that is used up.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from worker.contract.clock import monotonic_s, now
from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Fault, Outcome, Reason, failure, success
from worker.probes.http.answers import edge
from worker.probes.http.request import Answer, Request
from worker.probes.http.visit import steps_of, told
from worker.probes.kinds.llm import verdict
from worker.probes.kinds.llm.asking import request_of, secret_of
from worker.probes.kinds.llm.budget import Spending
from worker.probes.kinds.llm.cost import bill_of, costs, unaffordable
from worker.probes.kinds.llm.dialects.api_error import error_of
from worker.probes.kinds.llm.dialects.events import events
from worker.probes.kinds.llm.params import LlmParams
from worker.probes.kinds.llm.reading import Reading, read
from worker.probes.look.vantage import Look
from worker.probes.parameters.secret import SecretError
from worker.targets.backoff import Backoff

_REQUEST_IDS: Final = ("request-id", "x-request-id")
"""Headers that a vendor's support asks for."""


class Waits:
    """Which keys asked too often and are not used for a while: a limit of ours, not of the host."""

    def __init__(self, _folder: Path | None) -> None:
        self.backoff = Backoff()


async def run(params: LlmParams, look: Look) -> Outcome:
    """Ask, and judge the answer."""
    try:
        secret = secret_of(params)
        request = request_of(params, secret)
    except SecretError as error:
        return failure(error.reason, str(error), blame=Blame.PROBER)
    waits, who = (
        look.vantage.memory(Waits).backoff,
        f"{urlsplit(request.url).netloc} with {params.key or 'no key'}",
    )
    outcome = waits.obstacle(who, monotonic_s())
    if outcome is None:
        made = _list if params.tier == "models" else _infer
        outcome = await made(request, params, look, secret)
        waits.heard(who, outcome, monotonic_s())
    return outcome


async def _list(request: Request, params: LlmParams, look: Look, secret: str | None) -> Outcome:
    answer = await _exchange(request, look)
    _trace(answer, Reading(), look)
    fault = (
        _transfer_fault(answer, look)
        or verdict.status_fault(answer, params, secret)
        or _list_fault(answer)
    )
    return _outcome(answer, fault, _headers_kept(answer))


async def _infer(request: Request, params: LlmParams, look: Look, secret: str | None) -> Outcome:
    spending = look.vantage.memory(Spending)
    refusal = unaffordable(params, spending.today(look.check, now()))
    if refusal is not None:
        return failure(Reason.BLOCKED, refusal, blame=Blame.PROBER)
    set_aside = params.dearest
    spending.spend(look.check, set_aside, now())
    answer = await _exchange(request, look)
    ended = not answer.code and not answer.cut
    reading = read(params.dialect, events(answer.body, answer.arrivals, ended=ended))
    bill = bill_of(answer, reading, params)
    spending.spend(look.check, bill.minus(set_aside), now())
    _trace(answer, reading, look)
    today = spending.today(look.check, now())
    extra = {
        **_headers_kept(answer),
        **reading.to_extra(),
        **_error(answer, reading),
        **costs(params, bill, today),
    }
    return _outcome(answer, _fault(answer, reading, params, look, secret), extra)


def _fault(
    answer: Answer, reading: Reading, params: LlmParams, look: Look, secret: str | None
) -> Fault | None:
    if answer.code and not answer.cut and not (reading.whole or reading.error):
        reason, blame, sentence = _transfer_fault(answer, look) or (
            Reason.INTERNAL,
            Blame.PROBER,
            answer.words,
        )
        return (
            reason,
            blame,
            sentence
            + (verdict.progress(reading, look.elapsed_ms()) if answer.status == 200 else ""),
        )
    return verdict.status_fault(answer, params, secret) or verdict.stream_fault(
        answer, reading, params, secret
    )


async def _exchange(request: Request, look: Look) -> Answer:
    from worker.probes.http.curl.exchange import exchange  # late: only a look needs libcurl

    return await exchange(request, look)


def _transfer_fault(answer: Answer, look: Look) -> Fault | None:
    if not answer.code:
        return None
    from worker.probes.http.curl.faults import fault

    return fault(answer, look.timeout_ms)


def _list_fault(answer: Answer) -> Fault | None:
    """A list of models, or one of them: a JSON object that is no error and not empty."""
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        no_json = Reason.CONTENT, Blame.TARGET, "status 200, but the answer is not JSON"
        return verdict.TOO_LONG if answer.cut else no_json
    listed = (
        document.get("data", document.get("models", document))
        if isinstance(document, dict)
        else None
    )
    if not listed or error_of(answer.body) is not None:
        return Reason.CONTENT, Blame.TARGET, "status 200, but the answer lists no model"
    return None


def _headers_kept(answer: Answer) -> dict[str, Any]:
    """The vendor's id of the request, which edge answered, and how long we should stay away."""
    kept = told(answer, edge.noted(answer.lines))
    request_id = next((value for name in _REQUEST_IDS if (value := answer.headers.get(name))), None)
    if request_id is not None:
        kept["request_id"] = request_id[:120]
    return kept


def _error(answer: Answer, reading: Reading) -> dict[str, Any]:
    """What the API calls the error that it told, and how long it wants to be left alone."""
    error = reading.error or (error_of(answer.body) if answer.status >= 400 else None)
    if error is None:
        return {}
    wait = {} if error.retry_after_s is None else {"retry_after_s": error.retry_after_s}
    return {"error_type": error.name, **wait}


def _trace(answer: Answer, reading: Reading, look: Look) -> None:
    for at_ms, what in steps_of(answer):
        look.step(what, at_ms=at_ms)
    if reading.first_ms is not None and reading.last_ms is not None:
        look.step("first token", at_ms=reading.first_ms)
        look.step(f"last of {len(reading.pieces)} pieces of text", at_ms=reading.last_ms)
    look.steps.sort(key=lambda step: step.at_ms)


def _outcome(answer: Answer, fault: Fault | None, extra: dict[str, Any]) -> Outcome:
    measured = success(
        status_code=answer.status or None,
        dns_ms=answer.dns_ms,
        connect_ms=answer.connect_ms,
        tls_ms=answer.tls_ms,
        ttfb_ms=answer.ttfb_ms,
        total_ms=answer.total_ms,
        ip=answer.ip,
        extra=extra,
    )
    if fault is None:
        return measured
    reason, blame, detail = fault
    return replace(measured, ok=False, reason=reason, blame=blame, detail=detail)


KIND: Final[Kind[Any]] = Kind("llm", LlmParams, run)
