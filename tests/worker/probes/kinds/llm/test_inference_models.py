"""Which model answered, whether it would, and which models there are."""

from tests.worker.probes.kinds.llm.conftest import Perform
from tests.worker.probes.vendors.stage import Play, Stage, Vendor
from worker.contract.outcome import Blame, Reason


async def test_another_model_than_the_one_asked_is_a_failure(
    perform: Perform, vendor: Vendor
) -> None:
    outcome = await perform(Play(model=vendor.model + "-lite"))

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)
    assert f"'{vendor.model}-lite' answered" in outcome.detail
    assert (await perform(Play(model="something-else"), echo="^something")).ok


async def test_a_model_that_would_not_answer_is_a_failure(perform: Perform) -> None:
    outcome = await perform(Play(finish="content_filter"))

    assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET)
    assert "content_filter" in outcome.detail


async def test_an_answer_as_long_as_allowed_is_well_unless_it_has_no_word(
    perform: Perform, vendor: Vendor
) -> None:
    cut = {
        "anthropic": "max_tokens",
        "gemini": "MAX_TOKENS",
        "openai_responses": "max_output_tokens",
    }
    finish = cut.get(vendor.api, "length")

    assert (await perform(Play(finish=finish))).ok
    wordless = await perform(Play(words=("",), finish=finish))
    assert (wordless.ok, wordless.blame) == (False, Blame.PROBER)
    assert "raise max_tokens" in wordless.detail


async def test_models_can_be_listed_for_nothing(
    perform: Perform, vendor: Vendor, stages: list[Stage]
) -> None:
    for model in (vendor.model, None):
        outcome = await perform(tier="models", model=model)
        assert outcome.ok, outcome
        assert "tokens_today" not in outcome.extra
    if "/" not in vendor.model:
        assert stages[0].asked[0].path.endswith(f"/models/{vendor.model}")
    assert stages[1].asked[0].path.endswith("/models")
    assert all(stage.asked[0].method == "GET" for stage in stages)


async def test_a_list_without_models_is_a_failure(perform: Perform) -> None:
    for body in (b"{}", b'{"data": []}', b"<html>", b""):
        outcome = await perform(
            Play(body=body, content_type="application/json"), tier="models", model=None
        )
        assert (outcome.reason, outcome.blame) == (Reason.CONTENT, Blame.TARGET), body
