"""Anthropic's Messages API: errors are `{"type": "error", "error": {"type", "message"}}`, events
are named.
"""

from collections.abc import Sequence
from typing import Any

from tests.worker.probes.vendors.stage import KEY, Asked, Refusal, event

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    503: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class Anthropic:
    api = "anthropic"
    base = ""
    model = "claude-haiku-4-5"
    echoed = "claude-haiku-4-5-20251001"

    def refusal(self, asked: Asked) -> Refusal | None:
        if asked.headers.get("x-api-key") != KEY:
            return self._told(401, "invalid x-api-key")
        if "anthropic-version" not in asked.headers:
            return self._told(400, "anthropic-version: header is required")
        if asked.method == "GET":
            known = asked.path in ("/v1/models", f"/v1/models/{self.model}")
            return None if known else self._told(404, f"model: {asked.path.rpartition('/')[2]}")
        if asked.path != "/v1/messages":
            return self._told(404, "Not found")
        for name in ("model", "messages", "max_tokens"):
            if name not in asked.body:
                return self._told(400, f"{name}: Field required")
        if asked.body["model"] != self.model:
            return self._told(404, f"model: {asked.body['model']}")
        return (
            None
            if asked.body.get("stream") is True
            else self._told(400, "this server only streams")
        )

    def frames(self, words: Sequence[str], *, model: str, finish: str | None = None) -> list[bytes]:
        message = {
            "id": "msg_01",
            "type": "message",
            "role": "assistant",
            "content": [],
            "model": model,
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 25, "output_tokens": 1},
        }
        block = {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "text", "text": ""},
        }
        deltas = [
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": word},
            }
            for word in words
        ]
        last = {
            "type": "message_delta",
            "delta": {"stop_reason": finish or "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": len(words) + 2},
        }
        documents: list[dict[str, Any]] = [
            {"type": "message_start", "message": message},
            block,
            {"type": "ping"},
            *deltas,
            {"type": "content_block_stop", "index": 0},
            last,
            {"type": "message_stop"},
        ]
        return [event(document, document["type"]) for document in documents]

    def error(self, status: int) -> Refusal:
        words = {
            529: "Overloaded",
            404: f"model: {self.model}",
            402: "Your credit balance is too low",
        }
        return self._told(status, words.get(status, f"it is a {TYPES[status]}"))

    def error_frame(self, status: int) -> bytes:
        return event(self.error(status)[1], "error")

    def listed(self) -> dict[str, Any]:
        model = {
            "type": "model",
            "id": self.echoed,
            "display_name": "Claude Haiku",
            "created_at": "2025-10-01T00:00:00Z",
        }
        return {"data": [model], "has_more": False, "first_id": self.echoed, "last_id": self.echoed}

    def _told(self, status: int, message: str) -> Refusal:
        return status, {
            "type": "error",
            "error": {"type": TYPES[status], "message": message},
            "request_id": "req_01",
        }
