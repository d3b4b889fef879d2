"""The kind `llm`: a real question to a language model, or to the list of models; see kind.py.

Each API's wire format is one file with a `DIALECT`; everything that judges an answer is the same
for all of them.
"""

from worker.probes.kinds.llm.kind import KIND

__all__ = ["KIND"]
