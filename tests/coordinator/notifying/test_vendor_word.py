"""A message carries what the vendor says of it, if its page is read."""

import json
from typing import Any

from coordinator.domain.acknowledging.acknowledgement import Acknowledgement, State
from coordinator.store import Store
from tests.coordinator.domain.notifying.incidents import incident
from tests.coordinator.notifying.receivers import web_server
from tests.coordinator.notifying.test_loop import SECRET, begins, telling, until
from worker.contract.clock import now


async def test_a_message_says_that_the_vendor_is_silent(store: Store) -> None:
    one = incident("claude-1")
    silent = Acknowledgement("claude", State.NOTHING_YET, now(), incident=one)
    document: dict[str, Any] = silent.to_document()
    await store.acknowledgements.put([document], (), now())
    with web_server() as hook:
        entry = {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/in"], "secret": SECRET}
        async with telling(store, entry):
            await begins(store)
            await begins(store, "openai-1", "openai")
            await until(lambda: len(hook.taken) == 2)
    told = [json.loads(body) for _, _, body in hook.taken]
    said = {one["data"]["incident"]: one["data"].get("vendor_says") for one in told}
    assert said == {"claude-1": "The vendor has said nothing of it so far.", "openai-1": None}
