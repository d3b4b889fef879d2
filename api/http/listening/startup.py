"""Why the API does not start, in a sentence where the server would log a traceback."""

import sys

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coordinator.archive.place import PlaceError
from coordinator.store.database import StoreError


class ExplainStart:
    """An app whose start may fail for reasons that an operator can mend: these are told alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does."""

        async def explained(message: Message) -> None:
            error = sys.exc_info()[1]
            if message["type"] == "lifespan.startup.failed" and isinstance(
                error, StoreError | PlaceError
            ):
                message = {**message, "message": str(error)}
            await send(message)

        await self._app(scope, receive, explained if scope["type"] == "lifespan" else send)
