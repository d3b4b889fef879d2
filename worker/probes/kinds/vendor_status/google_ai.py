"""Google AI Studio's incidents: arrays whose places have meanings, as the page
https://aistudio.google.com/status asks.

An incident is [id, title, severity, updates, ..., products], an update [state, local time, [seconds
since 1970], text]. The service behind the page is not documented and wants the page's own key,
which the operator gives in `headers`.
"""

from typing import Any, Final

from worker.probes.kinds.vendor_status.incident import (
    UnheardError,
    VendorIncident,
    document_of,
    earliest,
    latest,
    moment,
    names,
    words,
)

ASK: Final = b"[]"
"""The body of the request."""
HEADERS: Final = {"content-type": "application/json+protobuf"}
PRODUCTS: Final = {1: "Gemini API", 2: "Multimodal Live API", 3: "Google AI Studio"}
STATES: Final = {
    1: "investigating",
    2: "identified",
    3: "monitoring",
    4: "resolved",
    5: "mitigated",
}
_DEEPEST: Final = 4


def read(body: bytes) -> list[VendorIncident]:
    """The incidents of the last months; the list is never empty, so an empty one says nothing."""
    rows = document_of(body)
    for _ in range(_DEEPEST):
        if not isinstance(rows, list) or not rows:
            break
        if _is_row(rows[0]):
            return [_incident(row) for row in rows if _is_row(row)]
        rows = rows[0]
    raise UnheardError("the answer lists no incident at all, not even past ones")


def _is_row(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 4
        and isinstance(value[0], str)
        and isinstance(value[3], list)
    )


def _incident(row: list[Any]) -> VendorIncident:
    updates = [update for update in row[3] if isinstance(update, list) and len(update) >= 4]
    moments = [_moment(update) for update in updates]
    newest = max(updates, key=lambda update: _moment(update) or 0, default=[None] * 4)
    ended = [
        at
        for update, at in zip(updates, moments, strict=True)
        if STATES.get(_number(update[0])) == "resolved"
    ]
    status = STATES.get(_number(newest[0]), "")
    products = row[5] if len(row) > 5 and isinstance(row[5], list) else []
    return VendorIncident(
        id=row[0],
        title=words(row[1]),
        status=status,
        impact=words(row[2]),
        started_at=earliest(moments),
        published_at=earliest(moments),
        updated_at=latest(moments),
        resolved_at=latest(ended) if status == "resolved" else None,
        updates=len(updates),
        latest=words(newest[3]),
        components=names(PRODUCTS.get(_number(product)) for product in products),
    )


def _number(value: Any) -> int:
    return value if isinstance(value, int) else -1


def _moment(update: list[Any]) -> int | None:
    return moment(update[2][0]) if isinstance(update[2], list) and update[2] else None
