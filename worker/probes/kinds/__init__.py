"""The check kinds: one file or one folder each, and nothing else lies here; listed nowhere.

A kind is a module of this package with a `KIND`, named as the kind is; it is loaded when it is
first asked for. May import http, look, names, network, parameters, tls, worker.contract and
worker.targets.
"""

from collections.abc import Mapping
from typing import Any

from worker.contract.kind import Kind
from worker.contract.listed import Listed

KINDS: Mapping[str, Kind[Any]] = Listed(__name__, __path__, "KIND")
"""Every kind by its name, in alphabetical order."""
