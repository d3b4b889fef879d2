"""What there is to ask, as links: read from the API's own description; none is forgotten."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import Field
from typing_extensions import TypedDict

_NAME: Final = re.compile(r"{(\w+)(:\w+)?}")


class LinkView(TypedDict):
    """One address."""

    name: Annotated[str, Field(description="the `operationId` of the description")]
    method: str
    href: Annotated[
        str,
        Field(
            description="a URI template (RFC 6570): what stands in braces is yours to fill in, what"
            " follows `?` may be left out",
            examples=["/v1/services/{id}/history{?since,until}"],
        ),
    ]
    about: Annotated[str, Field(description="its first sentence")]
    scope: Annotated[
        str | None, Field(description="what a token needs for it; null where none is asked for")
    ]
    deprecated: Annotated[
        bool, Field(description="whether it goes away; its answers say when (`Sunset`)")
    ]


class IndexView(TypedDict):
    """The front door: which version this is, and what can be asked."""

    name: str
    version: Annotated[str, Field(description="of the program; addresses have theirs, `v1`")]
    docs: Annotated[str, Field(description="the reference for people")]
    openapi: Annotated[str, Field(description="the same for programs")]
    page: Annotated[str, Field(description="the page that shows it all")]
    links: Annotated[list[LinkView], Field(description="every address, in reading order")]


def index(described: Mapping[str, Any], deep: Mapping[str, str], prefix: str) -> IndexView:
    """The front door of what `described` (OpenAPI) tells. `deep` has the paths by operation as
    they were declared; `prefix` is the path that a proxy puts before.
    """
    return {
        "name": described["info"]["title"],
        "version": described["info"]["version"],
        "docs": f"{prefix}/docs",
        "openapi": f"{prefix}/v1/openapi.json",
        "page": f"{prefix}/",
        "links": list(_links(described["paths"], deep, prefix)),
    }


def _links(
    paths: Mapping[str, Mapping[str, Any]], deep: Mapping[str, str], prefix: str
) -> Iterator[LinkView]:
    for methods in paths.values():
        for method, operation in methods.items():
            name = operation["operationId"]
            yield {
                "name": name,
                "method": method.upper(),
                "href": prefix + _template(deep[name], operation.get("parameters", ())),
                "about": _first_sentence(operation.get("description", "")),
                "scope": _scope(operation.get("security", ())),
                "deprecated": operation.get("deprecated", False),
            }


def _template(path: str, parameters: Any) -> str:
    """The address as RFC 6570 writes it; a part that may hold slashes is `{+part}`."""
    asked = [one["name"] for one in parameters if one["in"] == "query"]
    filled = _NAME.sub(lambda found: f"{{{'+' if found[2] else ''}{found[1]}}}", path)
    return filled + (f"{{?{','.join(asked)}}}" if asked else "")


def _first_sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


def _scope(security: Any) -> str | None:
    """The scope that a token needs, unless nobody is asked for one."""
    if {} in security:
        return None
    return next((scopes[0] for one in security for scopes in one.values() if scopes), None)
