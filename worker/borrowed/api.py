"""The public API over HTTP: create a measurement, ask how far it is.

Whatever goes wrong here is ours or the API's, and no target's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import pycurl
from pydantic import BaseModel, ValidationError

from worker.borrowed.answer import Created, Measurement
from worker.contract.outcome import Reason
from worker.probes.look.engine import NO_ERROR
from worker.probes.look.vantage import Vantage

REQUEST_S: Final = 10.0
_MOST_BYTES: Final = 4 << 20
_SHOWN: Final = 160

M = TypeVar("M", bound=BaseModel)


class ApiError(Exception):
    """What was asked for could not be had; the sentence says why. `stale`: the probes of an
    earlier measurement are no longer to be had; `away`: nobody answers; `free`: it cost nothing.
    """

    def __init__(
        self,
        sentence: str,
        *,
        reason: Reason = Reason.INTERNAL,
        stale: bool = False,
        away: bool = False,
        free: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.reason, self.stale, self.away, self.free = reason, stale, away, free


@dataclass(slots=True)
class Reply:
    """One answer of the API."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)

    def line(self, line: bytes) -> None:
        """Take a line of the head."""
        name, colon, value = line.decode("latin-1").partition(":")
        if line.startswith(b"HTTP/"):
            self.headers.clear()
        elif colon:
            self.headers[name.strip().lower()] = value.strip()

    def take(self, chunk: bytes) -> int | None:
        """Take a part of the body; ends the transfer when it is too long."""
        self.body += chunk
        return 0 if len(self.body) > _MOST_BYTES else None

    def limits(self) -> tuple[int, int, float] | None:
        """Tests an hour, tests left, seconds until all are there again; None when it does not
        say.
        """
        names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
        try:
            limit, left, reset = (int(self.headers[name]) for name in names)
        except (KeyError, ValueError):
            return None
        return max(0, limit), max(0, left), float(max(0, reset))

    def read(self, model: type[M]) -> M:
        """The body as such a document; ApiError when it is none."""
        try:
            return model.model_validate_json(bytes(self.body))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ApiError(f"the API's answer cannot be read: {where} {first['msg']}") from error

    def said(self) -> str:
        """What an error says of itself, in few words."""
        try:
            error = json.loads(bytes(self.body))["error"]
            words = f"{error['type']}: {error['message']}"
        except (ValueError, TypeError, KeyError):
            words = ""
        return f"status {self.status}{words and f' ({words[:_SHOWN]})'}"


class Api:
    """Asks the API at `url`, with the `token` of an account if there is one."""

    def __init__(self, vantage: Vantage, url: str, token: str = "") -> None:
        self._vantage = vantage
        self._url = url.rstrip("/")
        self._token = token

    async def create(self, asked: Mapping[str, Any]) -> tuple[Created | ApiError, Reply]:
        """A new measurement, or why there is none; and the answer, which tells the limits. ApiError
        when nobody answers.
        """
        reply = await self._send("/v1/measurements", json.dumps(asked).encode())
        if reply.status == 202:
            return reply.read(Created), reply
        return _refused(reply), reply

    async def measurement(self, name: str, etag: str) -> tuple[Measurement | None, str]:
        """How far it is, and the mark of that state; None when it is as the mark says, or when we
        ask too often.
        """
        reply = await self._send(f"/v1/measurements/{name}", None, etag)
        if reply.status in (304, 429):
            return None, etag
        if reply.status != 200:
            raise _refused(reply)
        return reply.read(Measurement), reply.headers.get("etag", "")

    async def _send(self, path: str, body: bytes | None, etag: str = "") -> Reply:
        engine, reply = self._vantage.curl, Reply()
        easy = engine.borrow()
        try:
            self._prepare(easy, path, body, etag)
            easy.setopt(pycurl.HEADERFUNCTION, reply.line)
            easy.setopt(pycurl.WRITEFUNCTION, reply.take)
            ending = await engine.transfer(easy)
            reply.status = easy.getinfo(pycurl.RESPONSE_CODE)
        finally:
            engine.give_back(easy)
        if ending != NO_ERROR:
            raise ApiError(f"the API cannot be reached: {ending[1] or ending[0]}", away=True)
        return reply

    def _prepare(self, easy: pycurl.Curl, path: str, body: bytes | None, etag: str) -> None:
        headers = ["Accept: application/json"]
        if self._token:
            headers.append(f"Authorization: Bearer {self._token}")
        if etag:
            headers.append(f"If-None-Match: {etag}")
        if body is not None:
            headers.append("Content-Type: application/json")
            easy.setopt(pycurl.POSTFIELDS, body)
        easy.setopt(pycurl.HTTPHEADER, headers)
        easy.setopt(pycurl.URL, f"{self._url}{path}")
        easy.setopt(pycurl.USERAGENT, self._vantage.user_agent.encode())
        easy.setopt(pycurl.TIMEOUT_MS, int(REQUEST_S * 1000))
        easy.setopt(pycurl.NOSIGNAL, 1)
        easy.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        easy.setopt(pycurl.FOLLOWLOCATION, 0)
        easy.setopt(pycurl.ACCEPT_ENCODING, "gzip")
        if self._vantage.trust:
            easy.setopt(pycurl.CAINFO, self._vantage.trust)


def _refused(reply: Reply) -> ApiError:
    said = reply.said()
    if reply.status == 429:
        return ApiError(f"the API's limit is reached: {said}", reason=Reason.RATE_LIMITED)
    if reply.status in (401, 403):
        sentence = f"the API refuses the token: {said}; see OUTSCOPE_SECRET_GLOBALPING"
        return ApiError(sentence, reason=Reason.UNAUTHORIZED, free=True)
    if reply.status in (404, 422):
        return ApiError(f"the API has no probe for this: {said}", stale=True, free=True)
    away = reply.status >= 500
    return ApiError(f"the API cannot do this now: {said}", away=away, free=reply.status == 400)
