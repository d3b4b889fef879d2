"""What schemathesis is told of this API; loaded by it, in an environment of its own."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(_context: object, value: object) -> bytes:
    """JSON documents, one a line."""
    values = value if isinstance(value, list) else [value]
    return b"\n".join(json.dumps(one, default=str).encode() for one in values)
