"""Public keys, as receivers of webhooks ask for them."""

import httpx

from coordinator.store import Store
from coordinator.store.state.standings import SIGNING
from tests.api.http.access.asking import asking
from worker.contract.clock import now


async def test_the_public_keys_are_told(api: httpx.AsyncClient, api_store: Store) -> None:
    assert (await api.get("/v1/notify/keys")).json() == {"items": []}
    keys = ["whpk_new", "whpk_old"]
    await api_store.standings.put(SIGNING, "hook/2", now(), {"rule": "hook", "keys": keys})
    told = await api.get("/v1/notify/keys")
    assert told.json() == {"items": [{"channel": "hook/2", "rule": "hook", "keys": keys}]}
    again = await api.get("/v1/notify/keys", headers={"if-none-match": told.headers["etag"]})
    assert again.status_code == 304
    assert (await api.get("/v1/notify/keys?rule=hook")).status_code == 422


async def test_where_reading_takes_a_token_so_do_they(api_database: str, api_store: Store) -> None:
    async with asking(api_database, access="tokens") as (client, _):
        assert (await client.get("/v1/notify/keys")).status_code == 401
