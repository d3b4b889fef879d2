"""Which document is told in words by what."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from api.documents.markdown.incidents import incident, incidents
from api.documents.markdown.services import advice, evidence, here, regions, service, services

Kind = Callable[[Mapping[str, Any]], bytes]

_KINDS: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = (
    (re.compile(r"/v1/services"), services),
    (re.compile(r"/v1/services/[^/]+"), service),
    (re.compile(r"/v1/incidents"), incidents),
    (re.compile(r"/v1/incidents/[^/]+"), incident),
    (re.compile(r"/v1/regions"), regions),
    (re.compile(r"/v1/services/[^/]+/evidence"), evidence),
    (re.compile(r"/v1/advice"), advice),
    (re.compile(r"/v1/here"), here),
)


def kind_of(path: str) -> Kind | None:
    """What tells the document at this path in words; None when nothing does."""
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(path)), None)
