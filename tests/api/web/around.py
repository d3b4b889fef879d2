"""What is around the story's disruptions: OpenAI is down because claude.ai is, and the shop because
OpenAI is; and maintenance that goes on, was outlasted, or comes.
"""

from datetime import UTC, datetime
from typing import Any, Final

from coordinator.circumstances.bearing import Circumstances
from coordinator.configuration import from_document
from coordinator.domain.model.verdict import Severity
from coordinator.store import Store
from tests.api import seeds
from tests.api.web.story import DAY, EUROPE, HOSTILE, HOUR, MINUTE, configuration, judged, verdict
from worker.contract.instant import Instant

PARTS: Final = {"shop": "checkout", "openai": "chatgpt"}
"""What is down because of another one, by service."""
ABOVE: Final = {"shop": "openai/chatgpt", "openai": "claude/web"}
NIGHTS: Final = f"Nightly work {HOSTILE}"


def document(at: Instant) -> dict[str, Any]:
    """The story's configuration, with what depends on what, and what is announced."""
    found = configuration()
    for service in found["services"]:
        if service["id"] in ABOVE:
            service["depends_on"] = [ABOVE[service["id"]]]
    nights = {"repeat": "FREQ=DAILY", "services": ["shop/checkout"], "regions": ["eu-west"]}
    found["maintenance"] = [
        _entry("deploy", "New version", at - 30 * MINUTE, 2 * HOUR, services=["openai"]),
        _entry("index", "New index", at - 150 * MINUTE, HOUR, services=["gemini"]),
        _entry("console", "Console moves", at - HOUR, 3 * HOUR, services=["claude/console"]),
        _entry("nights", NIGHTS, at + DAY, HOUR, **nights),
    ]
    return found


def _entry(key: str, title: str, begins: Instant, lasts_ms: int, **told: Any) -> dict[str, Any]:
    time = datetime.fromtimestamp(begins / 1000, UTC).replace(tzinfo=None)
    begun = time.isoformat(timespec="seconds")
    return {"id": key, "title": title, "begins": begun, "lasts_ms": lasts_ms, **told}


async def disturb(store: Store, at: Instant) -> None:
    """Put it beside the story that is there, explained as a coordinator would."""
    await store.configurations.save(document(at), at)
    down = [
        verdict(key, at, "regional", "outage", EUROPE, [part], f"{part} fails in Europe.")
        for key, part in PARTS.items()
    ]
    await judged(store, at, *down)
    for said in down:
        began = at - 20 * MINUTE
        reach = {"regions": EUROPE, "components": tuple(said["components"])}
        times = {"opened_at": began, "started_after": began - MINUTE, "started_by": began}
        event = seeds.incident(
            said["service"], at, number=7, severity=Severity.OUTAGE, **reach, **times
        )
        await store.incidents.apply_lines([(event, seeds.kept(said))])
    await explain(store, at, document(at))


async def explain(store: Store, at: Instant, configured: dict[str, Any]) -> None:
    """Say of each incident what it has to do with others and with maintenance."""
    circumstances = Circumstances(store)
    await circumstances.configure(from_document(configured))
    await circumstances.step(at)
    await circumstances.finish()
