"""Addresses whose shapes are worked out when somebody asks for the OpenAPI document, not before."""

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter
from typing_extensions import is_typeddict

_LATE: Final = {"defer_build": True}


class Router(APIRouter):
    """FastAPI's own. What an address answers is bytes already, so that its shapes only describe it,
    and to work them all out takes 4 MB of a process.
    """

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **told: Any) -> None:
        """An address, with the shapes of its answer and of its problems."""
        refused = (one.get("model") for one in (told.get("responses") or {}).values())
        for shape in filter(is_typeddict, (told.get("response_model"), *refused)):
            shape.__pydantic_config__ = {**vars(shape).get("__pydantic_config__", {}), **_LATE}
        super().add_api_route(path, endpoint, **told)
