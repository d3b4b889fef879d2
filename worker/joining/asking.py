"""Asking an API to let this worker in. Whatever comes back that is no Outscope's answer is one
sentence.
"""

import json
import re
import ssl
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from pydantic import ValidationError

from worker.contract.http.joining import PATH, JoinAnswer, JoinRequest
from worker.contract.installed import VERSION_HEADER, own_version
from worker.contract.settings.address import is_loopback
from worker.relaying.sentences import no_outscope, unproven, unreachable

PATIENCE_S: Final = 20.0
MOST_BYTES: Final = 1 << 20
SERVER_ERROR: Final = 500
_CERTIFICATE: Final = re.compile(
    "-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL
)


class JoinError(Exception):
    """This worker was not let in; the sentence says why and what to do."""


def ask(api: str, asked: JoinRequest, authority: str) -> JoinAnswer:
    """What the API answers; JoinError when it lets nobody in. `authority` (PEM) is believed beside
    the public ones.
    """
    body = asked.model_dump_json().encode()
    headers = {"content-type": "application/json", "user-agent": f"outscope/{own_version()}"}
    request = Request(api + PATH, body, headers, method="POST")  # noqa: S310 - http or https
    try:
        with opener(api, authority).open(request, timeout=PATIENCE_S) as answer:
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


def opener(api: str, authority: str = "") -> OpenerDirector:
    """What asks an API: through the proxies that the environment names, unless it is on this very
    machine, and believing one more authority (PEM).
    """
    direct = [ProxyHandler({})] if is_loopback(urlsplit(api).hostname or "") else []
    context = ssl.create_default_context()
    if authority:
        context.load_verify_locations(cadata=authority)
    return build_opener(*direct, _NoRedirects(), HTTPSHandler(context=context))


def read_authority(file: Path) -> str:
    """The certificates of a file (PEM); JoinError when it cannot be used."""
    try:
        text = file.read_text(encoding="ascii", errors="replace")
        found = "".join(f"{one}\n" for one in _CERTIFICATE.findall(text))
        ssl.create_default_context(cadata=found or "-")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        why = getattr(error, "strerror", None) if not isinstance(error, ssl.SSLError) else None
        raise JoinError(
            f"--ca-file {file} cannot be used: {why or 'it holds no certificate'}; give the"
            " authority's certificate (PEM)"
        ) from None
    return found


def _answer(api: str, answer: HTTPResponse) -> JoinAnswer:
    if VERSION_HEADER not in answer.headers:
        raise JoinError(no_outscope(api))
    try:
        return JoinAnswer.model_validate_json(answer.read(MOST_BYTES))
    except ValidationError:
        raise JoinError(
            f"{api} answered what this version does not understand; install the version that runs"
            f" there: outscope {answer.headers[VERSION_HEADER]}"
        ) from None


def _refusal(api: str, error: HTTPError) -> JoinError:
    if VERSION_HEADER not in error.headers:
        return JoinError(no_outscope(api, f" (HTTP {error.code})"))
    try:
        problem = json.loads(error.read(MOST_BYTES))
        detail, code = str(problem["detail"]), str(problem["code"])
    except (ValueError, KeyError, TypeError, OSError):
        return JoinError(f"{api} answered HTTP {error.code} and did not say why; try again")
    if code in ("not_found", "method_not_allowed"):
        return JoinError(f"{api} is an Outscope that lets no workers join; renew it there first")
    return RefusedError(detail) if error.code < SERVER_ERROR else JoinError(detail)


def _unreachable(api: str, error: object) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return unproven(api, error.verify_message)
    if isinstance(error, ssl.SSLError):
        return f"{api} speaks no TLS that can be understood ({error.reason}); check the port"
    return unreachable(api, str(getattr(error, "strerror", None) or error or type(error).__name__))
