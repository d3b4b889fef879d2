"""An ASGI application that says which version of HTTP it was asked by; hypercorn serves it in a
process of its own.
"""

from typing import Any

ANSWER = b"answered over HTTP/"


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer every request."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    body = ANSWER + scope["http_version"].encode()
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-length", b"%d" % len(body))],
        }
    )
    await send({"type": "http.response.body", "body": body})
