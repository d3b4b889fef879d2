"""Why the API does not start, in a sentence where the server would log a traceback."""

import sys

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coordinator.archive.place import PlaceError
from coordinator.store.database import StoreError
from worker.contract.settings.machine import no_memory


class ExplainStart:
    """An app whose start may fail for reasons that an operator can mend: these are told alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does."""

        async def explained(message: Message) -> None:
            error = sys.exc_info()[1]
            if message["type"] == "lifespan.startup.failed" and error is not None:
                told = str(error) if isinstance(error, StoreError | PlaceError) else ""
                message = {**message, **_told(told or no_memory(error))}
            await send(message)

        await self._app(scope, receive, explained if scope["type"] == "lifespan" else send)


def _told(sentence: str) -> Message:
    return {"message": sentence} if sentence else {}
