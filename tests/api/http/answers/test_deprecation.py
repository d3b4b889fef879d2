"""An address that goes away says so in each answer and in the reference."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest
from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from api.http.access.door import open_to_all
from api.http.answers.deprecation import deprecated
from api.http.app import create_app
from api.http.settings import ApiSettings

router = APIRouter(tags=["old"], dependencies=[open_to_all("of this test")])


@router.get(
    "/v1/old/{number}",
    operation_id="getOld",
    dependencies=[deprecated("2026-12-01", "2027-06-01", "ask /v1/services")],
)
async def old(number: int) -> Response:
    """What was there before there was anything better."""
    return JSONResponse(number, headers={"link": '</v1/old/2>; rel="next"'})


@router.get("/v1/new", operation_id="getNew")
async def new() -> Response:
    """What is there instead."""
    return JSONResponse(1)


@pytest.mark.parametrize("prefix", ["", "/outscope"])
async def test_it_says_since_when_and_until_when(api_database: str, prefix: str) -> None:
    app = create_app(ApiSettings(api_database, root_path=prefix))
    app.include_router(router)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as api,
    ):
        answers = [
            await api.get("/v1/old/1"),
            await api.head("/v1/old/1"),
            await api.get("/v1/old/x"),
        ]
        for answer in answers:
            since = datetime.fromtimestamp(
                int(answer.headers["deprecation"].removeprefix("@")), UTC
            )
            assert since == datetime(2026, 12, 1, tzinfo=UTC)
            assert answer.headers["sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"
            assert parsedate_to_datetime(answer.headers["sunset"]) > since
            about = f'<{prefix}/docs#getOld>; rel="deprecation"; type="text/html"'
            assert about in answer.headers.get_list("link")
        assert answers[0].links["next"]["url"] == "/v1/old/2"
        other = (await api.get("/v1/new")).headers
        assert {"deprecation", "sunset", "link"}.isdisjoint(other)
        described = (await api.get("/v1/openapi.json")).json()["paths"]
        told = described["/v1/old/{number}"]["get"]
        assert told["deprecated"] is True
        assert "2027-06-01 at least: ask /v1/services." in told["description"]
        assert told["responses"]["200"]["headers"].keys() == {"Deprecation", "Sunset"}
        assert "deprecated" not in described["/v1/new"]["get"]
        links = {link["name"]: link for link in (await api.get("/v1")).json()["links"]}
        assert links["getOld"]["deprecated"]


def test_less_notice_than_is_promised_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="less than 180 days"):
        deprecated("2026-12-01", "2027-05-01", "nothing")
