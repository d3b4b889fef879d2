"""The management API of a RabbitMQ server, asked as the coordinator's user."""

import json
import ssl
from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import (
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from coordinator.messaging.acl import ForbiddenError

VARIABLE: Final = "OUTSCOPE_BROKER_MANAGEMENT"
ANSWER_S: Final = 10.0
_FORBIDDEN: Final = (401, 403)
_MISSING: Final = 404


def management_of(broker: str, told: str = "") -> str:
    """Where the API of a broker is: as told, else at its usual port of the broker's own host."""
    if told:
        return told.rstrip("/")
    parts = urlsplit(broker)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"https://{host}:15671" if parts.scheme == "amqps" else f"http://{host}:15672"


def checked(told: str) -> str:
    """An address of the API as somebody wrote it; ValueError says what is wrong with it."""
    parts = urlsplit(told)
    if told and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("is no address; write https://broker.example.com:15671")
    if "@" in told:
        raise ValueError("holds a user or a password; those of OUTSCOPE_BROKER are used")
    return told


@dataclass(frozen=True, slots=True)
class Management:
    """Asks it. OSError when it does not answer, ForbiddenError for a user that may not."""

    broker: str
    url: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer as JSON; None for none, and for what is not there."""
        parts = urlsplit(self.broker)
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        headers = {
            "Authorization": f"Basic {b64encode(login.encode()).decode()}",
            "Content-Type": "application/json",
        }
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}{path}", data, headers, method=method)  # noqa: S310 - http or https, checked
        try:
            with self._opener().open(request, timeout=ANSWER_S) as answer:
                text = answer.read()
        except HTTPError as error:
            if error.code == _MISSING:
                return None
            if error.code in _FORBIDDEN:
                raise ForbiddenError(
                    f"the coordinator's user is no administrator there (HTTP {error.code})"
                ) from None
            raise
        return json.loads(text) if text else None

    def _opener(self) -> OpenerDirector:
        context = ssl.create_default_context()
        named = parse_qs(urlsplit(self.broker).query).get("ssl_ca_certs")
        if named:
            context.load_verify_locations(named[-1])
        return build_opener(ProxyHandler({}), HTTPSHandler(context=context))
