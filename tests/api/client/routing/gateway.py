"""A real LiteLLM in a process of its own, which tests tell what to do: a line of JSON in, one out.

It is kept apart because its import takes seconds and 200 MB, and warns of what it uses.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it asks the internet at its import
ABROAD: list[str] = []


def _listen(event: str, told: Any) -> None:
    if event == "socket.getaddrinfo" and told[0] not in (None, "localhost", "127.0.0.1"):
        ABROAD.append(str(told[0]))


sys.addaudithook(_listen)

import litellm  # noqa: E402
from litellm import Router  # noqa: E402

from api.client.routing.litellm_router import HealthStates, OutscopeRouting  # noqa: E402
from tests.faults.vendors import Vendor  # noqa: E402

TARGETS = {"claude": "claude/api", "openai": "openai/api"}
ASK = [{"role": "user", "content": "Are you there?"}]


def deployments(vendors: Sequence[Vendor]) -> list[dict[str, Any]]:
    """One group of both, the first being preferred."""
    return [
        {
            "model_name": "chat",
            "litellm_params": {
                "model": "openai/gpt-5-mini",
                "api_key": "sk-none",
                "api_base": vendor.url,
                "order": place,
            },
            "model_info": {"id": vendor.name, "outscope": TARGETS[vendor.name]},
        }
        for place, vendor in enumerate(vendors, 1)
    ]


class Gateway:
    """Two vendors, an asynchronous router with the hook, a synchronous one with states."""

    def __init__(self, url: str) -> None:
        self.vendors = {name: Vendor(name) for name in TARGETS}
        self.hook = OutscopeRouting(url, period_s=0.2)
        litellm.callbacks = [self.hook]
        listed = list(self.vendors.values())
        self.router = Router(model_list=deployments(listed), num_retries=2)
        self.plain = Router(model_list=deployments(listed), enable_health_check_routing=True)
        self.states = HealthStates(self.plain, url, period_s=0.2)

    async def ask(self, times: int) -> list[str]:
        """Who answered."""
        return [
            (await self.router.acompletion(model="chat", messages=ASK)).choices[0].message.content
            for _ in range(times)
        ]

    async def ask_plainly(self, times: int) -> list[str]:
        """Who answered the synchronous router."""
        return [
            self.plain.completion(model="chat", messages=ASK).choices[0].message.content
            for _ in range(times)
        ]

    async def down(self, name: str, down: bool) -> bool:
        """A vendor fails, or does no more."""
        self.vendors[name].down = down
        return down

    async def asked(self) -> dict[str, int]:
        """How often each vendor was asked."""
        return {name: vendor.asked for name, vendor in self.vendors.items()}

    async def avoided(self) -> list[str]:
        """What the hook would leave out now, by target."""
        opinion = self.hook.follower.opinion
        return [one for one in TARGETS.values() if opinion.avoids(one, time.monotonic())]

    async def unhealthy(self) -> list[str]:
        """What the synchronous router was told."""
        return sorted(self.plain.health().health_checks.get_unhealthy_deployment_ids())

    async def checked_well(self, name: str) -> bool:
        """The router's own health check finds a vendor well."""
        state = {"is_healthy": True, "timestamp": time.time(), "reason": "own check"}
        self.plain.health().health_checks.set_deployment_health_states({name: state})
        return True

    async def spoil(self) -> bool:
        """From now on the hook cannot do its work."""
        del self.hook.follower
        return True

    async def abroad(self) -> list[str]:
        """The names that anything in this process asked for."""
        return ABROAD


async def main(url: str) -> None:
    """Do what is told, until there is no more."""
    gateway, loop = Gateway(url), asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        what, *told = json.loads(line)
        print(json.dumps(await getattr(gateway, what)(*told)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
