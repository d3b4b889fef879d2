"""How a verdict came about, in sentences: pure functions from a stored verdict and its evidence to
what people read, over HTTP and in `outscope explain`.

May import coordinator.domain and worker.contract.
"""

from api.explanation.incident import between, explain_incident, telling
from api.explanation.verdict import explain
from api.explanation.words import COMMAND, Explanation, Names, Point, Section, Style

__all__ = [
    "COMMAND",
    "Explanation",
    "Names",
    "Point",
    "Section",
    "Style",
    "between",
    "explain",
    "explain_incident",
    "telling",
]
