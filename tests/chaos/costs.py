"""What each kind of fault cost: a look that was due between its beginning and the next one's is its
own.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from tests.chaos.books import Books
from tests.chaos.faults import Happened

LATE_MS = 1_000


def costs(books: Books, happened: Sequence[Happened]) -> str:
    """As rows: how often, how long, and the looks due, failed, late, refused and missing."""
    begins = [one.begun_at for one in happened]
    counts: dict[str, Counter[str]] = {one.kind: Counter() for one in happened}
    for one in happened:
        counts[one.kind]["times"] += 1
        counts[one.kind]["seconds"] += round(one.lasted_s)
    for slot, at in books.due.items():
        found = bisect_right(begins, at) - 1
        if found < 0:
            continue
        of = counts[happened[found].kind]
        of["due"] += 1
        of["failed"] += slot in books.failed
        of["late"] += books.late.get(slot, 0) > LATE_MS
        of["refused"] += slot in books.refused
        of["missing"] += slot in books.missing
    names = ("times", "seconds", "due", "failed", "late", "refused", "missing")
    head = f"{'fault':<38}" + "".join(f"{name:>9}" for name in names)
    rows = [
        f"{kind:<38}" + "".join(f"{of[name]:>9}" for name in names)
        for kind, of in sorted(counts.items())
    ]
    return "\n".join([head, *rows])
