"""Telling of vantage points, over a real web server: once, over restarts of coordinators."""

import json
from typing import Any

from coordinator.domain.model.fitness import Fitness, FitnessChange
from coordinator.notifying.channels import channels_of
from coordinator.notifying.delivering import by_rule
from coordinator.notifying.watching import Watching
from coordinator.store import Store
from tests.coordinator.notifying.receivers import Hook, web_server
from tests.coordinator.notifying.test_loop import LINK, SECRET, all_sent, configured, telling, until
from worker.contract.clock import now
from worker.contract.instant import rfc3339

MINUTE = 60_000
INTERVAL = 90_000
REGIONS = ("eu-west", "us-east")


async def stands(store: Store, at: int, **fitness: str) -> None:
    """What the judge writes of regions."""
    await store.standings.put_many(
        ("region", name, at, {"fitness": told, "why": "no worker is heard", "at": rfc3339(at)})
        for name, told in ((key.replace("_", "-"), one) for key, one in fitness.items())
    )


def rule(hook: Hook, **more: Any) -> dict[str, Any]:
    return {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/in"], "workers": True, **more}


async def test_an_outage_of_workers_is_one_message_and_its_end_one(store: Store) -> None:
    began = now() - 5 * MINUTE
    for region in REGIONS:
        await store.events.add_fitness([FitnessChange(began, region, Fitness.SILENT, "")])
    await stands(store, now(), eu_west="silent", us_east="silent")
    with web_server() as hook:
        async with telling(store, rule(hook, secret=SECRET)):
            await all_sent(store, 1)
        back = now() - MINUTE
        for region in REGIONS:
            await store.events.add_fitness([FitnessChange(back, region, Fitness.FIT, "")])
        await stands(store, now(), eu_west="fit", us_east="fit")
        async with telling(store, rule(hook, secret=SECRET)):  # as after a restart
            await all_sent(store, 2)
    first, last = (json.loads(body)["data"] for _, _, body in hook.taken)
    assert (first["type"], last["type"]) == ("vantage.silent", "vantage.heard")
    clock = rfc3339(began)[11:16]
    title = f"2 of 2 regions are silent: Ireland and Virginia, since {clock} UTC"
    assert (first["title"], first["link"]) == (title, f"{LINK}/operate/workers")
    assert last["title"].startswith("Ireland and Virginia speak again after 5 min")
    listed = (await store.deliveries.page(first["thread"])).items
    assert [one["kind"] for one in listed] == ["resolved", "opened"]


async def test_pagerduty_gets_a_key_of_its_own(store: Store) -> None:
    began = now() - 5 * MINUTE
    await store.events.add_fitness([FitnessChange(began, "eu-west", Fitness.UNFIT, "")])
    await stands(store, now(), eu_west="unfit", us_east="fit")
    with web_server() as hook:
        to = f"pagerduty://R0UT1NGKEY?endpoint=http://127.0.0.1:{hook.port}/v2/enqueue"
        async with telling(store, rule(hook, to=[to])):
            await until(lambda: len(hook.taken) == 1)
    told = json.loads(hook.taken[0][2])
    assert (told["event_action"], told["dedup_key"]) == ("trigger", f"outscope-vantages:{began}")
    assert told["payload"]["severity"] == "warning"


async def test_a_restart_says_nothing_twice_and_what_was_begun_ends(store: Store) -> None:
    at = now()
    with web_server() as hook:
        await stands(store, at, eu_west="silent", us_east="fit")
        first = watching(store, hook)
        assert await first.say(at + 1) == 0, "it fell just now"
        await stands(store, at + INTERVAL, eu_west="silent", us_east="fit")
        assert await first.say(at + INTERVAL - 1) == 0, "a first look may still come"
        assert await first.say(at + INTERVAL + 5_000) == 1
        later = at + INTERVAL + MINUTE
        await stands(store, later, eu_west="silent", us_east="fit")
        assert await watching(store, hook).say(later) == 0, "another coordinator"
        again = watching(store, hook, workers=False)
        assert await again.say(later) == 0, "it goes on"
        await stands(store, later + MINUTE, us_east="fit")
        assert await again.say(later + MINUTE) == 1, "it is taken out"
        assert await again.say(later + 2 * MINUTE) == 0


async def test_while_nobody_judges_nothing_is_said(store: Store) -> None:
    at = now()
    await store.events.add_fitness([FitnessChange(at, "eu-west", Fitness.SILENT, "")])
    await stands(store, at, eu_west="silent", us_east="fit")
    with web_server() as hook:
        found = watching(store, hook)
        assert await found.say(at + INTERVAL) == 0
        await stands(store, at + 2 * MINUTE, eu_west="silent", us_east="fit")
        assert await found.say(at + 2 * MINUTE) == 1


def watching(store: Store, hook: Hook, **more: Any) -> Watching:
    configuration = configured(rule(hook, **more))
    found = Watching(store, "")
    found.configure(configuration, by_rule(channels_of(configuration.document, {})))
    return found
