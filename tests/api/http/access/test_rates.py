"""How much one caller may ask."""

import pytest

from api.http.access.rates import Bounded
from api.http.settings import TOKENS, ApiSettingsError, read_api_settings
from coordinator.access.scopes import Scope
from coordinator.access.token import new_token
from coordinator.store import Store
from tests.api.http.access.asking import asking, bearer, token_of


async def test_who_asks_too_much_is_told_how_long_to_wait_and_others_are_served(
    api_database: str, configured: Store
) -> None:
    first, _ = await token_of(configured, Scope.READ)
    second, _ = await token_of(configured, Scope.READ)
    async with asking(api_database, access=TOKENS, rate_limit="3/hour") as (api, _):
        for left in (2, 1, 0):
            answer = await api.get("/v1/services", headers=bearer(first))
            assert answer.status_code == 200
            assert answer.headers["ratelimit-policy"] == '"caller";q=3;w=3600'
            assert answer.headers["ratelimit"].startswith(f'"caller";r={left};t=')
        refused = await api.get("/v1/services", headers=bearer(first))
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 3600
        assert refused.headers["ratelimit"].startswith('"caller";r=0;t=')
        assert (await api.get("/v1/services", headers=bearer(second))).status_code == 200
        head = await api.head("/v1/services", headers=bearer(second))
        assert head.headers["ratelimit"].startswith('"caller";r=1;t=')
        assert "ratelimit" not in (await api.get("/v1/healthz")).headers


async def test_forged_tokens_count_against_the_address(
    api_database: str, configured: Store
) -> None:
    good, _ = await token_of(configured, Scope.READ)
    async with asking(api_database, access=TOKENS, rate_limit="2/hour") as (api, _):
        codes = [
            (await api.get("/v1/services", headers=bearer(new_token()))).status_code
            for _ in range(4)
        ]
        assert codes == [401, 401, 429, 429]
        assert (await api.get("/v1/services")).status_code == 429
        assert (await api.get("/v1/services", headers=bearer(good))).status_code == 200


async def test_one_client_of_ipv6_has_one_share(api_database: str, configured: Store) -> None:
    settings = {"access": "open", "rate_limit": "1/hour"}
    async with asking(api_database, "2001:db8::1", **settings) as (api, app):
        assert (await api.get("/v1/services")).status_code == 200
        with pytest.raises(Exception, match="1 requests"):
            app.state.rates.take("2001:db8::")


def test_counts_are_bounded_whoever_asks() -> None:
    counts = Bounded(most=100)
    for number in range(1000):
        counts.incr(f"192.0.2.{number}", 60)
    assert counts.get("192.0.2.999") == 1
    assert counts.get("192.0.2.1") == 0
    assert counts.reset() == 100


@pytest.mark.parametrize(
    ("told", "limit"),
    [
        ({}, ""),
        ({"OUTSCOPE_ACCESS": "tokens"}, "1200/minute"),
        ({"OUTSCOPE_ACCESS": "open", "OUTSCOPE_RATE_LIMIT": "off"}, ""),
        ({"OUTSCOPE_RATE_LIMIT": "5 / second"}, "5/second"),
    ],
)
def test_there_is_a_limit_where_others_reach_it(told: dict[str, str], limit: str) -> None:
    assert read_api_settings(told, "sqlite://x", "127.0.0.1", 8000).rate_limit == limit


@pytest.mark.parametrize("wrong", ["many", "0/minute", "5/fortnight", "5"])
def test_a_wrong_limit_gets_a_sentence(wrong: str) -> None:
    with pytest.raises(ApiSettingsError, match="OUTSCOPE_RATE_LIMIT"):
        read_api_settings({"OUTSCOPE_RATE_LIMIT": wrong}, "sqlite://x", "127.0.0.1", 8000)
