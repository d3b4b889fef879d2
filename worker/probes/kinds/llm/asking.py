"""The request of a look: the question, or the list of models, with this worker's key."""

import json
from functools import partial
from typing import Final

from worker.probes.http.request import Request
from worker.probes.kinds.llm.ending import Ending
from worker.probes.kinds.llm.params import LlmParams
from worker.probes.parameters.header import header_line
from worker.probes.parameters.receiver import web_receiver
from worker.probes.parameters.secret import SecretError, reveal

BODY_LIMIT: Final = 16 << 20
"""More than the longest list of models, and than any answer to a short question."""


def secret_of(params: LlmParams) -> str | None:
    """The API key; SecretError when this worker does not have it."""
    if params.key is None:
        return None
    secret = reveal(params.key, web_receiver(params.base, params.headers)).strip()
    if not secret or not secret.isprintable() or not secret.isascii():
        raise SecretError(f"what {params.key} holds on this worker cannot be an API key")
    return secret


def request_of(params: LlmParams, secret: str | None) -> Request:
    """The request; SecretError when this worker lacks what a header needs."""
    dialect = params.dialect
    headers = {**dialect.fixed, **(dialect.headers(secret) if secret else {})}
    to = web_receiver(params.base, params.headers)
    headers |= {name.lower(): reveal(text, to) for name, text in params.headers.items()}
    if params.tier == "models":
        url = params.base + dialect.models(params.model)
        return Request(
            url, headers=_lines(headers), body_limit=BODY_LIMIT, ip_version=params.ip_version
        )
    path, body = dialect.ask(params.question)
    body = {name: value for name, value in {**body, **params.body}.items() if value is not None}
    return Request(
        url=params.base + path,
        method="POST",
        headers=_lines(
            {"content-type": "application/json", "accept": "text/event-stream", **headers}
        ),
        body=json.dumps(body).encode(),
        body_limit=BODY_LIMIT,
        ip_version=params.ip_version,
        timed=True,
        ends=partial(Ending, dialect),
    )


def _lines(headers: dict[str, str]) -> tuple[bytes, ...]:
    return tuple(header_line(name, value) for name, value in headers.items())
