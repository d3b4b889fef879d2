"""Asking an API to let this worker in. Whatever comes back that is no Outscope's answer is one
sentence.
"""

import json
import ssl
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    BaseHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    ProxyHandler,
    Request,
    build_opener,
)

from pydantic import ValidationError

from worker.contract.clock import now
from worker.contract.http.joining import PATH, JoinAnswer, JoinRequest
from worker.contract.installed import VERSION_HEADER, own_version
from worker.contract.instant import rfc3339
from worker.contract.settings.address import echoed

PATIENCE_S: Final = 20.0
MOST_BYTES: Final = 1 << 20
SERVER_ERROR: Final = 500
_CLOCK: Final = "not yet valid", "has expired"


class JoinError(Exception):
    """This worker was not let in; the sentence says why and what to do."""


def api_address(url: str) -> str:
    """The address of an API that a token may be sent to; JoinError for any other."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise JoinError(
            f"{echoed(url)} is no address; write https://outscope.example.com"
        ) from None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or parts.query:
        raise JoinError(
            f"{echoed(url)} is no address of an API; write https://outscope.example.com"
        )
    if parts.scheme == "http" and not _loopback(host):
        raise JoinError(
            f"{echoed(url)} is without TLS, and whoever is on the way could read the token and take"
            " the worker's place; write https:// (http:// is for this machine's own address only)"
        )
    return url.rstrip("/")


def ask(api: str, asked: JoinRequest, ca_file: Path | None) -> JoinAnswer:
    """What the API answers; JoinError when it lets nobody in."""
    body = asked.model_dump_json().encode()
    headers = {"content-type": "application/json", "user-agent": f"outscope/{own_version()}"}
    request = Request(api + PATH, body, headers, method="POST")  # noqa: S310 - http or https
    try:
        with build_opener(*_handlers(api, ca_file)).open(request, timeout=PATIENCE_S) as answer:
            return _answer(api, answer)
    except HTTPError as error:
        with error:
            raise _refusal(api, error) from None
    except URLError as error:
        raise JoinError(_unreachable(api, error.reason)) from None
    except (OSError, HTTPException) as error:
        raise JoinError(_unreachable(api, error)) from None


class RefusedError(JoinError):
    """The API decided so; the same request again changes nothing."""


class _NoRedirects(HTTPRedirectHandler):
    """A token goes to the address that was given, and to no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """None: the answer itself is what came back."""


def _handlers(api: str, ca_file: Path | None) -> list[BaseHandler]:
    direct = [ProxyHandler({})] if _loopback(urlsplit(api).hostname or "") else []
    return [*direct, _NoRedirects(), HTTPSHandler(context=_context(ca_file))]


def _context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            why = getattr(error, "strerror", None) or "it holds no certificate"
            raise JoinError(
                f"--ca-file {ca_file} cannot be used: {why}; give the authority's certificate (PEM)"
            ) from None
    return context


def _answer(api: str, answer: HTTPResponse) -> JoinAnswer:
    if VERSION_HEADER not in answer.headers:
        raise _no_outscope(api)
    try:
        return JoinAnswer.model_validate_json(answer.read(MOST_BYTES))
    except ValidationError:
        raise JoinError(
            f"{api} answered what this version does not understand; install the version that runs"
            f" there: outscope {answer.headers[VERSION_HEADER]}"
        ) from None


def _refusal(api: str, error: HTTPError) -> JoinError:
    if VERSION_HEADER not in error.headers:
        return _no_outscope(api, f" (HTTP {error.code})")
    try:
        problem = json.loads(error.read(MOST_BYTES))
        detail, code = str(problem["detail"]), str(problem["code"])
    except (ValueError, KeyError, TypeError, OSError):
        return JoinError(f"{api} answered HTTP {error.code} and did not say why; try again")
    if code in ("not_found", "method_not_allowed"):
        return JoinError(f"{api} is an Outscope that lets no workers join; renew it there first")
    return RefusedError(detail) if error.code < SERVER_ERROR else JoinError(detail)


def _no_outscope(api: str, how: str = "") -> JoinError:
    return JoinError(
        f"{api} answered{how}, but is no Outscope's API; take the address from outscope worker"
        " invite, and have a proxy in front of the API pass on /v1/join and all headers"
    )


def _unreachable(api: str, error: object) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message
        if any(said in why for said in _CLOCK):
            return (
                f"the certificate of {api} is not valid by this machine's clock"
                f" ({rfc3339(now())}): {why}; set the clock, or have the certificate renewed"
            )
        return (
            f"the certificate of {api} is not proven: {why}; name the authority's certificate with"
            " --ca-file FILE, or use the name that the certificate is for"
        )
    if isinstance(error, ssl.SSLError):
        return f"{api} speaks no TLS that can be understood ({error.reason}); check the port"
    why = str(getattr(error, "strerror", None) or error or type(error).__name__)
    return f"{api} cannot be reached: {why.lower()}; check the address, and try again"


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
