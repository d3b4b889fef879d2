"""Whether a look can be paid for, and what it cost. Pure."""

from typing import Any

from worker.probes.http.request import Answer
from worker.probes.kinds.llm.budget import NOTHING, Bill
from worker.probes.kinds.llm.params import LlmParams
from worker.probes.kinds.llm.reading import Reading


def unaffordable(params: LlmParams, today: Bill) -> str | None:
    """Why a look must not be made: its budget does not hold its dearest way of going."""
    budget, dearest = params.budget, params.dearest
    what = "and its day ends at 00:00 UTC; raise it, or look less often"
    if today.tokens + dearest.tokens > budget.tokens_per_day:
        used = f"{today.tokens} of {budget.tokens_per_day} tokens are used today"
        return (
            f"budget.tokens_per_day holds no other look: {used}, one may take {dearest.tokens},"
            f" {what}"
        )
    if budget.cost_per_day is not None and today.cost + dearest.cost > budget.cost_per_day:
        used = f"{today.cost:.4f} of {budget.cost_per_day:g} are spent today"
        return (
            f"budget.cost_per_day holds no other look: {used}, one may cost {dearest.cost:.4f},"
            f" {what}"
        )
    return None


def bill_of(answer: Answer, reading: Reading, params: LlmParams) -> Bill:
    """What a look cost: by the API's own count, nothing when it did not begin, and else the dearest
    it can be.
    """
    if not answer.status or answer.status >= 300:
        return params.dearest if answer.code and answer.connect_ms is not None else NOTHING
    if reading.input_tokens is None or reading.output_tokens is None:
        return params.dearest
    return params.bill(reading.input_tokens, reading.output_tokens)


def costs(params: LlmParams, bill: Bill, today: Bill) -> dict[str, Any]:
    """What a look cost, and its check today, under stable names."""
    told: dict[str, Any] = {"tokens_today": today.tokens}
    if params.price.input or params.price.output:
        told |= {"cost": round(bill.cost, 9), "cost_today": round(today.cost, 9)}
    return told
