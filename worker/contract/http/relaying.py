"""What a worker says to a relay, and is told: orders by long-poll, reports in batches.

`POST /v1/relay/orders` takes a `Wanted` and is answered, when something came or the wait is over,
by `{"batch": tag, "messages": [...]}`. Each message is a Celery task of this worker's queues:
`{"task": name, "expires": RFC 3339 or null, "said": [args, kwargs, embed]}`. A batch that is not
acknowledged with the next question is told again, so an answer that was lost on the way costs
nothing.

`POST /v1/relay/reports` takes reports as JSON, one a line, packed by gzip if `content-encoding`
says so. It is answered once the broker has them.

Both go by the worker's own user and secret at the broker (HTTP Basic), and by the start of the
worker (`outscope-boot`). Each answer tells from which address it was asked (`outscope-seen-from`),
as does `GET /v1/address`.
"""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

ORDERS: Final = "/v1/relay/orders"
REPORTS: Final = "/v1/relay/reports"
ADDRESS: Final = "/v1/address"
BOOT: Final = "outscope-boot"
SEEN_FROM: Final = "outscope-seen-from"
LONGEST_WAIT_S: Final = 25.0
"""Proxies on the way give up an answer that takes longer than 30 or 60 s."""
MOST_REPORTS: Final = 9 << 20
"""Bytes of the reports of one request, unpacked: the longest single one that a worker can make."""
MOST_QUESTION: Final = 1_000
BOOT_FORM: Final = r"^[A-Za-z0-9_-]{1,40}$"
HERE: Final = "here"
"""What a worker is told as the relay's address when that is the API's own."""


class Wanted(BaseModel):
    """A question for orders: how long to wait for some, and which batch came before."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    wait_s: Annotated[float, Field(ge=0, le=LONGEST_WAIT_S)] = LONGEST_WAIT_S
    acknowledged: Annotated[str, Field(max_length=40)] = ""
