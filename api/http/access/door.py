"""The dependencies by which addresses say what they ask for."""

from dataclasses import dataclass
from typing import Any, Final

from fastapi import Depends, Request

from api.http.access.caller import Caller
from api.http.access.cookies import session_caller
from api.http.access.credentials import token_in
from api.http.access.rates import TOLD, Rates
from api.http.answers.errors import ProblemError
from api.http.parameters import caller as address_of
from api.http.sources.export_places import client_of
from api.http.sources.sources import From, Sources
from coordinator.access.judging import BAD, RefusedError, check
from coordinator.access.scopes import Scope
from coordinator.access.token import identifier_of
from worker.contract.clock import now

ASKED: Final = "outscope.asked"
"""In the scope of a request: what it was asked for."""
NOBODY: Final = "anybody"
READING: Final = frozenset({Scope.READ, Scope.EXPORT})
_REALM: Final = 'Bearer realm="outscope"'
_ASK: Final = (
    "send `Authorization: Bearer os_...`; whoever runs it makes a token with:"
    " outscope token create NAME --scope {scope}"
)


@dataclass(frozen=True)
class Requires:
    """Lets in who has this scope, and gives the caller; the problem of the others says why."""

    scope: Scope
    unless_public: bool = False
    """Whether it lets in everybody to a service that is public."""

    async def __call__(self, request: Request, sources: From) -> Caller:
        """The caller."""
        request.scope.setdefault(ASKED, []).append(self)
        found = await identified(request, sources)
        if found.may(self.scope) or self.scope in _of_all(sources):
            return found
        if self.unless_public and await _is_public(request, sources):
            return found
        if found.token is None and found.session is None:
            raise _unknown("no_token", f"This takes the scope `{self.scope}`: {_asking(self)}")
        error = ProblemError(
            "scope_missing",
            f"{found.who} has the scopes {', '.join(sorted(found.scopes))}, and not"
            f" `{self.scope}`, which this takes",
        )
        error.headers = {
            "www-authenticate": f'{_REALM}, error="insufficient_scope", scope="{self.scope}"'
        }
        raise error


@dataclass(frozen=True)
class Unasked:
    """Lets in everybody; `why` says why that is right."""

    why: str
    by: str = ""
    """The credential that is asked for instead, by the address itself."""

    async def __call__(self) -> None:
        """Nothing."""


def requires(scope: Scope) -> Any:
    """The dependency of an address that asks for this scope."""
    return Depends(Requires(scope))


def requires_unless_public(scope: Scope) -> Any:
    """The same for an address of one service, by its `id`, which everybody may ask where the
    configuration says that this service is public.
    """
    return Depends(Requires(scope, unless_public=True))


def open_to_all(why: str) -> Any:
    """The dependency of an address that anybody may ask."""
    return Depends(Unasked(why))


def own_credential(credential: str, why: str) -> Any:
    """The dependency of an address that asks for a credential of another kind itself."""
    return Depends(Unasked(why, credential))


async def identified(request: Request, sources: Sources) -> Caller:
    """Who asks, found out, and counted, once a request."""
    known: Caller | ProblemError | None = getattr(request.state, "caller", None)
    if known is None:
        known = request.state.caller = await _identified(request, sources)
    if isinstance(known, ProblemError):
        raise known
    return known


async def _identified(request: Request, sources: Sources) -> Caller | ProblemError:
    try:
        return await _identify(request, sources)
    except ProblemError as error:
        return error


async def _identify(request: Request, sources: Sources) -> Caller:
    address = address_of(request)
    rates: Rates = request.app.state.rates
    text = token_in(request.headers.get("authorization", ""))
    if text is None:
        signed_in = await session_caller(request, sources, address)
        _take(request, rates, client_of(address) if signed_in is None else signed_in.who)
        if signed_in is not None:
            return signed_in
        return Caller(NOBODY, address, _of_all(sources))
    return await known_token(request, sources, text)


async def known_token(request: Request, sources: Sources, text: str) -> Caller:
    """Whose token this is; a problem when it is not good, which counts against the address."""
    address = address_of(request)
    rates: Rates = request.app.state.rates
    try:
        identifier = identifier_of(text)
        found = await sources.tokens.find(identifier) if identifier else None
        token = check(text, found, address, now())
    except RefusedError as error:
        _take(request, rates, client_of(address))
        raise _unknown(error.code, error.sentence) from None
    _take(request, rates, token.id)
    sources.uses.count(token.id, address, now())
    return Caller(
        f"{token.name} ({token.id})", address, frozenset(map(Scope, token.scopes)), token.id
    )


def _take(request: Request, rates: Rates, caller: str) -> None:
    rate = rates.take(caller)
    if rate is not None:
        request.scope[TOLD].append(rate)


async def _is_public(request: Request, sources: Sources) -> bool:
    topology = (await sources.snapshots.current()).picture.topology
    found = topology.service.get(request.path_params.get("id", ""))
    return found is not None and found.public


def _unknown(code: str, sentence: str) -> ProblemError:
    error = ProblemError(code, sentence)
    invalid = ', error="invalid_token"' if code == BAD else ""
    error.headers = {"www-authenticate": _REALM + invalid}
    return error


def _asking(asked: Requires) -> str:
    return _ASK.format(scope=asked.scope)


def _of_all(sources: Sources) -> frozenset[Scope]:
    """What anybody may, whatever else a caller has."""
    return READING if sources.settings.reading_is_open else frozenset()
