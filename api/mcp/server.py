"""The tools, each one question to the API whose answer is told in words."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from api.client import AsyncOutscope, OutscopeError, questions
from api.client.asking import Ask, path
from api.documents.markdown import kind_of

INSTRUCTIONS: Final = (
    "Outscope looks at services from several regions and says how far an outage reaches: our own"
    " vantage point, a region, one component everywhere, or the whole system. Begin with `status`."
    " `confidence` is a probability; times are intervals in UTC: an outage began after the first"
    " and by the second. `unknown` means that nobody can tell: do not call that well, nor down."
)
_READS: Final = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
MOST: Final = 20
"""Incidents that one answer tells of."""

Service = Annotated[str, Field(description="id of a service, as `status` lists them")]
MaybeService = Annotated[str | None, Field(description="id of one service; all without")]
Names = list[str] | None


def serve(asks: AsyncOutscope, version: str) -> MCPServer:
    """The server, which asks this API. A tool that is refused says why."""
    server = MCPServer("outscope", instructions=INSTRUCTIONS, version=version, log_level="WARNING")
    tools = Tools(asks)
    for tool in (tools.status, tools.explain, tools.is_it_me, tools.advice, tools.incidents):
        server.tool(annotations=_READS, structured_output=False)(tool)
    return server


class Tools:
    """What an agent may ask."""

    def __init__(self, asks: AsyncOutscope) -> None:
        self._asks = asks

    async def status(self, service: MaybeService = None) -> str:
        """How far outages reach now: one line for each service, or all that is said of one."""
        return await self._told(Ask(path("services", *_one(service))))

    async def explain(
        self,
        service: Service,
        at: Annotated[
            str | None,
            Field(description="as it stood then: `10m` ago, or 2026-03-01T14:32:07Z"),
        ] = None,
    ) -> str:
        """Why it is said so: the evidence behind the verdict of a service, in sentences."""
        return await self._told(Ask(path("services", service, "evidence"), {"at": at}))

    async def is_it_me(self, service: MaybeService = None) -> str:
        """Whom it concerns: everybody, the region of this machine, people elsewhere, or nobody, in
        which case what does not work here is this machine or its network.
        """
        return await self._told(questions.here(service))

    async def advice(
        self,
        services: Annotated[
            Names, Field(description="ids, the preferred one first; all without")
        ] = None,
        models: Annotated[Names, Field(description="choose among these models alone")] = None,
        region: Annotated[
            str | None, Field(description="id of the region that you are nearest to")
        ] = None,
    ) -> str:
        """Which service, component or model to use now, and which to avoid, the best first."""
        return await self._told(questions.advice(services, models, region))

    async def incidents(
        self,
        incident: Annotated[str | None, Field(description="id of one, to be told whole")] = None,
        service: MaybeService = None,
        open_only: Annotated[bool, Field(description="only those that go on")] = False,
    ) -> str:
        """The newest incidents, or one with its timeline."""
        if incident is not None:
            return await self._told(Ask(path("incidents", incident)))
        asked = questions.incidents(service, open_only)
        return await self._told(Ask(asked.path, {**asked.query, "limit": MOST}))

    async def _told(self, ask: Ask) -> str:
        tell = kind_of(ask.path)
        assert tell is not None, ask.path  # noqa: S101 - each tool asks for what is told in words
        try:
            found: Any = await self._asks.get(ask)
        except OutscopeError as error:
            raise ToolError(str(error)) from None
        return tell(found).decode()


def _one(service: str | None) -> Iterable[str]:
    return () if service is None else (service,)
