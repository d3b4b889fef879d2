"""What somebody writes into the forms of a status page: bounded, and an address or none."""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qs

from fastapi import Request

from api.http.answers.bodies import read_body
from api.http.answers.errors import wrong_body
from coordinator.store.notices.subscribers import MAIL, WEBHOOK
from worker.contract.settings.web_address import web_address

MOST_BYTES: Final = 4_096
_FIELDS: Final = 8
_LONGEST: Final = 254
_LABEL: Final = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAIL: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._%+'=-]{{0,63}}@({_LABEL}\.)+[A-Za-z]{{2,63}}")


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a form, each once; a problem for anything else."""
    body = await read_body(request, MOST_BYTES)
    try:
        found = parse_qs(body.decode(), max_num_fields=_FIELDS, errors="strict")
    except ValueError:  # what is no UTF-8, too
        raise wrong_body("body", "is no form") from None
    return {name: values[0] for name, values in found.items()}


def address_in(form: Mapping[str, str]) -> tuple[str, str]:
    """The kind of the address in a form, and the address; a problem when it is none."""
    kind = form.get("kind", MAIL)
    if kind not in _READERS:
        raise wrong_body("kind", f"is neither {MAIL} nor {WEBHOOK}")
    return kind, _READERS[kind](form.get("address", "").strip())


def _mail(text: str) -> str:
    if len(text) > _LONGEST or not _MAIL.fullmatch(text):
        raise wrong_body("address", "is no e-mail address; write one such as me@example.com")
    return text.lower()


def _hook(text: str) -> str:
    try:
        return web_address(text[: _LONGEST + 1])
    except ValueError as error:
        raise wrong_body("address", f"{error}, such as https://hook.example.com/in") from None


_READERS: Final[Mapping[str, Callable[[str], str]]] = {MAIL: _mail, WEBHOOK: _hook}
