"""The configuration: read, replaced as `outscope apply` does, and put back to a former version."""

from functools import partial
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Path, Query, Request
from starlette.responses import Response

from api.documents.configuration import Changed, Configured, Versions
from api.http.access.caller import Caller
from api.http.access.door import requires
from api.http.answers.bodies import read_body
from api.http.answers.encoding import JSON, Document, answer, encode
from api.http.answers.errors import ProblemError
from api.http.answers.refusals import refused
from api.http.shapes import Router
from api.http.sources.configuring import MOST_BYTES, Wish, change, etag_of, loaded
from api.http.sources.sources import From
from coordinator.access.scopes import Scope
from coordinator.configuration import Configuration, from_document, written
from coordinator.configuration.changing.managed import MARKS, applied
from worker.contract.instant import rfc3339

router = Router(tags=["configuration"])

Writer = Annotated[Caller, requires(Scope.WRITE)]
DryRun = Annotated[bool, Query(description="only say what would change")]
TakeOver = Annotated[
    bool, Query(description="also change what is managed otherwise, and manage it from now on")
]
IfMatch = Annotated[
    str | None,
    Header(description="the ETag of the version that the change is made to; else of any"),
]


class How:
    """How a change is to be made, as the query and the headers say."""

    def __init__(self, dry_run: DryRun = False, if_match: IfMatch = None) -> None:
        self._dry_run = dry_run
        self._if_match = if_match

    def wish(self, who: Caller, what: str, about: str) -> Wish:
        """The wish of a caller, with its line of the audit log."""
        return Wish(partial(who.line, what, about), self._if_match, self._dry_run)


Making = Annotated[How, Depends()]
Version = Annotated[int, Path(description="a version, as `/v1/config/versions` lists them")]
ANSWERS: Final = refused(409, 412, 413, 422)
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/yaml": {"schema": {"type": "string"}},
        },
    }
}


@router.get("/v1/config", operation_id="getConfig", response_model=Configured)
async def config(request: Request, sources: From, _who: Writer) -> Response:
    """The configuration in force, as a file would have it. It takes the scope `write`, for
    addresses of `notify` may hold secrets.
    """
    found = await sources.store.configurations.current()
    version, document = found or (0, {})
    return answer(request, _shown(version, document))


@router.put(
    "/v1/config",
    operation_id="putConfig",
    response_model=Changed,
    responses=ANSWERS,
    openapi_extra=_BODY,
)
async def put(
    request: Request,
    sources: From,
    who: Writer,
    how: Making,
    take_over: TakeOver = False,
) -> Response:
    """Put a configuration in force, as `outscope apply` does: the body is such a file, in YAML or
    JSON. What the API manages stays, unless the body has it and is to take it over.
    """
    text = await _text(request)

    def made(stored: dict[str, Any] | None) -> Configuration:
        return applied(stored, loaded(text), take_over=take_over)

    wish = how.wish(who, "configuration put", "")
    return changed(await change(sources.store, made, wish))


@router.get("/v1/config/versions", operation_id="listConfigVersions", response_model=Versions)
async def versions(sources: From, _who: Writer) -> Response:
    """The last 100 versions; `GET /v1/audit` tells who made them."""
    found = await sources.store.configurations.versions()
    items = [{"version": version, "applied_at": rfc3339(at)} for version, at in found]
    return Response(encode({"items": items}), media_type=JSON)


@router.get(
    "/v1/config/versions/{version}",
    operation_id="getConfigVersion",
    response_model=Configured,
    responses=refused(404, 422),
)
async def former(request: Request, sources: From, _who: Writer, version: Version) -> Response:
    """The configuration of a version."""
    found = await sources.store.configurations.of(_stored(version))
    return answer(request, _shown(version, found or _unknown(version)))


@router.post(
    "/v1/config/versions/{version}/restore",
    operation_id="restoreConfigVersion",
    response_model=Changed,
    responses=refused(404, 409, 412, 422),
)
async def restore(sources: From, who: Writer, version: Version, how: Making) -> Response:
    """Put a former version in force again, with who managed what then."""
    document = await sources.store.configurations.of(_stored(version)) or _unknown(version)
    wish = how.wish(who, "configuration restored", f"version {version}")
    return changed(await change(sources.store, lambda _: from_document(document), wish))


def changed(found: Changed) -> Response:
    """The answer that tells of a change."""
    headers = {"etag": etag_of(found["version"]), "cache-control": "no-store"}
    return Response(encode(found), media_type=JSON, headers=headers)


def _shown(version: int, document: dict[str, Any]) -> Document:
    found: Configured = {
        "version": version,
        "document": written(document),
        "managed_by_api": document.get(MARKS, {}),
    }
    return Document(encode(found), etag_of(version), keep="private, no-cache")


async def _text(request: Request) -> str:
    body = await read_body(request, MOST_BYTES)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemError(
            "invalid_configuration", "the body is not UTF-8 text", errors=[]
        ) from None


def _stored(version: int) -> int:
    return version if 0 < version < 2**31 else 0


def _unknown(version: int) -> dict[str, Any]:
    raise ProblemError(
        "unknown_version",
        f"There is no version {version}; /v1/config/versions lists those that there are",
    )
