"""What each address asks for, as one table: read from the addresses themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from api.http.access.door import Requires, Unasked
from api.http.answers.deprecation import Deprecated

OPENAPI: Final = {
    "/v1/openapi.json": Unasked("it describes the addresses, and holds nothing of what is known")
}
"""The one address that is FastAPI's own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One address, by method and path. `asks` is None when it forgot to say."""

    method: str
    path: str
    operation: str | None
    asks: Requires | Unasked | None
    in_schema: bool
    deprecated: Deprecated | None
    """Since when and until when, when it goes away."""


def table(app: FastAPI) -> list[Line]:
    """Every address of the app, in the order in which they are told."""
    return list(_lines(app))


def _lines(app: FastAPI) -> Iterator[Line]:
    for route in iter_route_contexts(app.routes):
        path, methods = route.path or "", route.methods or set()
        own = isinstance(route.original_route, APIRoute)
        asks = _declared(route.dependant) if own else OPENAPI.get(path)
        for method in sorted(methods - {"HEAD"}):
            operation = route.operation_id if own else None
            going = _deprecated(route.dependant) if own else None
            yield Line(method, path, operation, asks, route.include_in_schema, going)


def _declared(dependant: Dependant) -> Requires | Unasked | None:
    """What the dependencies of an address say: the strictest of them, for all are asked."""
    called = [one.call for one in dependant.dependencies]
    found = [call for call in called if isinstance(call, Requires | Unasked)]
    return min(found, key=lambda one: isinstance(one, Unasked), default=None)


def _deprecated(dependant: Dependant) -> Deprecated | None:
    called = [one.call for one in dependant.dependencies]
    return next((call for call in called if isinstance(call, Deprecated)), None)
