"""JSON as text, and instants as people read them. Text, because JSONB would not give back what was
written.
"""

from typing import Any

import orjson

from worker.contract.instant import Instant, rfc3339


def to_text(value: Any) -> str:
    """Compact JSON, keys as given."""
    return orjson.dumps(value).decode()


def canonical(value: Any) -> str:
    """JSON that is equal for equal values: sorted keys, no spaces."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def from_text(text: str) -> Any:
    """The value that JSON text tells."""
    return orjson.loads(text)


def moment(instant: Instant | None) -> str | None:
    """RFC 3339 text, or None."""
    return None if instant is None else rfc3339(instant)
