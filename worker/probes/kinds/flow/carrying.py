"""Values carried from the answer of one step into the requests of later ones. Pure.

A value comes from a target, so it is data wherever it goes: it never names a host, is encoded for
where it stands, and is put in after the secrets were filled in, so that no answer can make a worker
tell a secret.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote, quote_plus

from worker.contract.outcome import Blame
from worker.probes.http.answers.text import json_of, text_of
from worker.probes.http.request import Answer, Request
from worker.probes.kinds.flow.params import PLACE, Keep
from worker.probes.parameters import json_path

LONGEST: Final = 65_536
"""Characters of a value: more than any session or token has."""


class CarryError(ValueError):
    """A value that an answer does not hold, or that cannot go where it should; the sentence says
    which, and `blame` whose fault that is.
    """

    def __init__(self, sentence: str, blame: Blame = Blame.TARGET) -> None:
        super().__init__(sentence)
        self.blame = blame


def kept(wanted: Mapping[str, Keep], answers: Sequence[Answer]) -> dict[str, str]:
    """The values that a step's answers hold; of several exchanges, cookies and headers of the last
    that has them.
    """
    return {name: _value(name, keep, answers) for name, keep in wanted.items()}


def filled(request: Request, values: Mapping[str, str]) -> Request:
    """The request with the values in their places."""
    if not values:
        return request
    headers = tuple(_fill(line, values, _one_line) for line in request.headers)
    body = request.body
    if body is not None:
        body = _fill(body, values, _encoding(request.headers))
    url = _fill(request.url.encode(), values, _part).decode()
    return replace(request, url=url, headers=headers, body=body, repeats=False)


def _value(name: str, keep: Keep, answers: Sequence[Answer]) -> str:
    found = _found(keep, answers)
    if found is None and keep.reads_body and answers[-1].cut:
        sentence = f"the answer holds no {name} ({keep.said}) in its first {len(answers[-1].body)}"
        sentence += " bytes, and this step reads no more: raise its body_limit"
        raise CarryError(sentence, Blame.PROBER)
    if found is None:
        raise CarryError(f"the answer holds no {name} ({keep.said})")
    if len(found) > LONGEST:
        sentence = f"{name} is longer than the {LONGEST} characters that this worker carries"
        raise CarryError(sentence, Blame.PROBER)
    return found


def _found(keep: Keep, answers: Sequence[Answer]) -> str | None:
    if keep.cookie is not None:
        return _last(_cookie(keep.cookie, answer.lines) for answer in reversed(answers))
    if keep.header is not None:
        name = keep.header.lower()
        return _last(answer.headers.get(name) for answer in reversed(answers))
    body, content_type = answers[-1].body, answers[-1].headers.get("content-type", "")
    if keep.expression is not None:
        return keep.expression.value_in(text_of(body, content_type))
    return _json(body, content_type, keep.path)


def _last(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value is not None), None)


def _cookie(name: str, lines: Sequence[bytes]) -> str | None:
    """The value that an answer last gave a cookie; several answers' cookies must not be joined by
    commas.
    """
    value = None
    for line in lines:
        head, _, rest = line.decode("latin-1").partition(":")
        key, equals, text = rest.partition(";")[0].partition("=")
        if head.strip().lower() == "set-cookie" and equals and key.strip() == name:
            value = text.strip()
    return value


def _json(body: bytes, content_type: str, path: json_path.Path) -> str | None:
    try:
        document = json_of(body, content_type)
    except ValueError:
        return None
    except RecursionError as error:
        sentence = "the JSON body is nested more deeply than this worker reads"
        raise CarryError(sentence, Blame.PROBER) from error
    return next(
        (
            _text(value)
            for value in json_path.find(document, path)
            if not isinstance(value, dict | list)
        ),
        None,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _fill(text: bytes, values: Mapping[str, str], encode: Callable[[str, str], str]) -> bytes:
    def fill(place: "re.Match[bytes]") -> bytes:
        name = place[1].decode()
        return encode(name, values[name]).encode() if name in values else place[0]

    return PLACE.sub(fill, text)


def _part(_name: str, value: str) -> str:
    """A value in a path or a query: it can neither end it nor lead elsewhere."""
    return quote(value, safe="")


def _one_line(name: str, value: str) -> str:
    if re.search(r"[\r\n\0]", value):
        raise CarryError(f"{name} has several lines and cannot stand in a header")
    return value


def _encoding(headers: Iterable[bytes]) -> Callable[[str, str], str]:
    """How a value is written into a body, by the body's own type."""
    kinds = [line.lower() for line in headers if line.lower().startswith(b"content-type:")]
    if any(b"json" in kind for kind in kinds):
        return lambda _name, value: json.dumps(value)[1:-1]
    if any(b"x-www-form-urlencoded" in kind for kind in kinds):
        return lambda _name, value: quote_plus(value)
    return lambda _name, value: value
