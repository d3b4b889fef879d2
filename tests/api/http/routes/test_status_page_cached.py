"""A status page behind a real nginx that is set up as the guide says: Outscope is asked once
however many read it, and need not be there.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import httpx
import pytest

from coordinator.store import Store
from tests.api.http.routes.test_services import disrupted
from tests.api.http.routes.test_status_page import published
from tests.api.proxy import NGINX, nginx
from tests.api.server import Server

GUIDE = (Path(__file__).parents[4] / "docs/how-to/publish-a-status-page.md").read_text()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(NGINX).exists(), reason="needs nginx"),
]
READERS, EACH = 20, 25
MAX_AGE_S = 10


def guided(folder: Path, api: str) -> tuple[str, str]:
    """What the guide writes into a server block, and outside of it."""
    (block,) = re.findall(r"^```nginx\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    outside, _, inside = block.partition("server {")
    inside = inside.rstrip().removesuffix("}").replace("http://127.0.0.1:8000", api)
    told = 'add_header x-cache "$upstream_cache_status";'
    return told + inside, outside.replace("/var/cache/nginx/status", str(folder / "cache"))


def asked(metrics: httpx.Response) -> float:
    """How often the page was asked for, as the server counts."""
    lines = [one for one in metrics.text.splitlines() if 'route="/status/{id}"' in one]
    found = [float(one.rpartition(" ")[2]) for one in lines if "requests_total" in one]
    assert found, "nothing counts it"
    return sum(found)


async def test_nginx_asks_once_for_all_and_goes_on_alone(
    configured: Store, api_server: Server, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    await published(configured, {"id": "ai", "services": ["claude"]})
    await disrupted(configured)
    server, outside = guided(tmp_path, api_server.url)
    with nginx(tmp_path / "nginx", free_port(), server, outside) as url:
        began = time.monotonic()
        async with httpx.AsyncClient(timeout=60) as client:

            async def read() -> list[str]:
                found = [await client.get(f"{url}/status/ai") for _ in range(EACH)]
                assert all("Claude is disrupted" in one.text for one in found)
                return [one.headers["x-cache"] for one in found]

            found = await asyncio.gather(*(read() for _ in range(READERS)))
            rounds = 1 + (time.monotonic() - began) // MAX_AGE_S
            told = Counter(chain.from_iterable(found))
            assert sum(told.values()) == READERS * EACH
            assert told["MISS"] == 1
            assert told.keys() <= {"MISS", "HIT", "STALE", "UPDATING"}
            assert asked(await client.get(f"{api_server.url}/metrics")) <= rounds
            api_server.stop()
            async with asyncio.timeout(60):
                while True:  # until what it holds is old
                    answer = await client.get(f"{url}/status/ai")
                    assert answer.status_code == 200
                    assert "Claude is disrupted" in answer.text
                    if answer.headers["x-cache"] == "STALE":
                        return
                    await asyncio.sleep(0.5)
