"""Checks as they are handed to whoever wants to look for himself: nothing that may be a secret.

What a look needs beyond the public parameters of its kind (headers, keys, bodies, certificates) is
never told. Such a check is handed out as a look that only reaches the same endpoint.
"""

from collections.abc import Iterable, Mapping
from itertools import chain, islice
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, ValidationError
from typing_extensions import TypedDict

from coordinator.domain.model.topology import Check, Role, Topology
from worker.contract.kind import CheckParams, with_secrets
from worker.contract.target import Target

MOST: Final = 20
MOST_TIMEOUT_MS: Final = 10_000
ANY_ANSWER: Final = ("2xx", "3xx", "4xx")
"""What shows an endpoint to be reached: it answers, and not that it cannot."""
PUBLIC: Final[Mapping[str, frozenset[str]]] = {
    "http": frozenset({"url", "method", "redirects", "body_limit", "expect", "ip_version"}),
    "tcp": frozenset({"host", "port", "ip_version"}),
    "tls": frozenset({"host", "port", "ip_version", "server_name"}),
    "dns": frozenset({"name", "record", "server", "transport", "port", "ip_version"}),
    "icmp": frozenset({"host", "ip_version"}),
}
"""By kind, the parameters that are told; what else there is makes it a look that only reaches."""
_PUBLIC_EXPECT: Final = frozenset({"status", "body"})
KindWord = Literal["http", "tcp", "tls", "dns", "icmp"]


class HandedOut(TypedDict):
    """A look that a client may make itself."""

    check: str
    of: Annotated[str, Field(description="the component; of a reference the operator it asks")]
    kind: KindWord
    params: Annotated[dict[str, Any], Field(description="as of the kind, such as `url`")]
    timeout_ms: int
    reaches_only: Annotated[
        bool,
        Field(
            description="the check itself needs what is not told, such as a key: this look shows"
            " only whether its endpoint is reached"
        ),
    ]


def handed_out(checks: Iterable[Check], kinds: Mapping[str, type[CheckParams]]) -> list[HandedOut]:
    """Those of the checks that a client can make, at most `MOST`."""
    found = filter(None, (_handed_out(check, kinds) for check in checks))
    return list(islice(found, MOST))


def references_of(topology: Topology) -> Iterable[Check]:
    """The checks that tell a sick machine or network from a sick service."""
    services = (one.id for one in topology.services if one.role is Role.REFERENCE)
    return chain.from_iterable(map(topology.checks_of, services))


def _handed_out(check: Check, kinds: Mapping[str, type[CheckParams]]) -> HandedOut | None:
    told = _whole(check)
    params = {"kind": check.kind, **told} if told is not None else _reaching(check, kinds)
    if params is None:
        return None
    kind: KindWord = params.pop("kind")
    return {
        "check": check.id,
        "of": f"{check.service}/{check.component}",
        "kind": kind,
        "params": params,
        "timeout_ms": min(check.timeout_ms, MOST_TIMEOUT_MS),
        "reaches_only": told is None,
    }


def _whole(check: Check) -> dict[str, Any] | None:
    """The parameters when all of them may be told; else None."""
    params = dict(check.params)
    known = PUBLIC.get(check.kind, frozenset())
    if not params.keys() <= known or any(with_secrets(params)):
        return None
    expect = params.get("expect", {})
    if not isinstance(expect, dict) or not expect.keys() <= _PUBLIC_EXPECT:
        return None
    url = params.get("url")
    return params if url is None or _bare(str(url)) == url else None


def _reaching(check: Check, kinds: Mapping[str, type[CheckParams]]) -> dict[str, Any] | None:
    """A look that reaches the endpoint of a check; None where it names none."""
    url = check.params.get("url")
    if isinstance(url, str) and url.startswith(("http://", "https://")) and "${" not in url:
        return _web(_bare(url))
    try:
        targets = kinds[check.kind].model_validate(dict(check.params)).targets()
    except (KeyError, ValidationError):
        return None
    return next(filter(None, map(_reach, targets)), None)


def _reach(target: Target) -> dict[str, Any] | None:
    if not target.host or not target.port or "${" in target.host:
        return None
    if target.is_web:
        scheme = {"ws": "http", "wss": "https"}.get(target.scheme, target.scheme)
        host = f"[{target.host}]" if ":" in target.host else target.host
        return _web(f"{scheme}://{host}:{target.port}/")
    return {"kind": "tcp", "host": target.host, "port": target.port}


def _web(url: str) -> dict[str, Any]:
    expect = {"status": list(ANY_ANSWER)}
    return {"kind": "http", "url": url, "redirects": 0, "body_limit": 0, "expect": expect}


def _bare(url: str) -> str:
    """An address without user, password, query and fragment."""
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, place, parts.path, "", ""))
