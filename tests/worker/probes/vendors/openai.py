"""OpenAI's Chat Completions and Responses, and a compatible server: errors are `{"error": {message,
type, code}}`.
"""

from collections.abc import Sequence
from typing import Any

from tests.worker.probes.vendors.stage import KEY, Asked, Refusal, event

ERRORS: dict[int, tuple[str, str | None, str]] = {
    400: ("invalid_request_error", None, "Unsupported parameter."),
    401: (
        "invalid_request_error",
        "invalid_api_key",
        "Incorrect API key provided: sk-test-****g7h8.",
    ),
    402: ("insufficient_quota", "insufficient_quota", "Payment required"),
    403: (
        "invalid_request_error",
        "missing_scope",
        "You have insufficient permissions for this operation.",
    ),
    404: (
        "invalid_request_error",
        "model_not_found",
        "The model does not exist or you do not have access to it.",
    ),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests per min (RPM)."),
    500: (
        "server_error",
        None,
        "The server had an error while processing your request. Sorry about that!",
    ),
    503: ("server_error", None, "The engine is currently overloaded, please try again later"),
    529: ("server_error", "overloaded", "That model is currently overloaded with other requests."),
}
NO_MONEY = {
    "error": {
        "message": "You exceeded your current quota, please check your plan and billing details.",
        "type": "insufficient_quota",
        "param": None,
        "code": "insufficient_quota",
    }
}


class Chat:
    api = "openai"
    base = "/v1"
    model = "gpt-5-mini"
    echoed = "gpt-5-mini-2025-08-07"
    path = "/v1/chat/completions"
    needs: tuple[str, ...] = ("model", "messages", "max_completion_tokens")
    refuses: tuple[str, ...] = ("max_tokens",)

    def refusal(self, asked: Asked) -> Refusal | None:
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return self.error(401)
        if asked.method == "GET":
            return (
                None
                if asked.path in ("/v1/models", f"/v1/models/{self.model}")
                else self.error(404)
            )
        if any(name not in asked.body for name in self.needs) or any(
            name in asked.body for name in self.refuses
        ):
            return self.error(400)
        if asked.path != self.path or asked.body["model"] != self.model:
            return self.error(404)
        return None if asked.body.get("stream") is True else self.error(400)

    def frames(self, words: Sequence[str], *, model: str, finish: str | None = None) -> list[bytes]:
        def chunk(choices: list[dict[str, Any]], usage: dict[str, Any] | None = None) -> bytes:
            head = {
                "id": "chatcmpl-1",
                "object": "chat.completion.chunk",
                "created": 1760000000,
                "model": model,
            }
            return event({**head, "choices": choices, "usage": usage})

        def choice(delta: dict[str, Any], reason: str | None = None) -> list[dict[str, Any]]:
            return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]

        usage = {
            "prompt_tokens": 25,
            "completion_tokens": len(words) + 2,
            "total_tokens": len(words) + 27,
            "completion_tokens_details": {"reasoning_tokens": 2},
        }
        return [
            chunk(choice({"role": "assistant", "content": "", "refusal": None})),
            *(chunk(choice({"content": word})) for word in words),
            chunk(choice({}, finish or "stop")),
            chunk([], usage),
            b"data: [DONE]",
        ]

    def error(self, status: int) -> Refusal:
        kind, code, message = ERRORS[status]
        return status, {"error": {"message": message, "type": kind, "param": None, "code": code}}

    def error_frame(self, status: int) -> bytes:
        return event(self.error(status)[1])

    def listed(self) -> dict[str, Any]:
        return {
            "object": "list",
            "data": [
                {"id": self.model, "object": "model", "created": 1760000000, "owned_by": "openai"}
            ],
        }


class Compatible(Chat):
    """As vLLM and others speak it: the older name of the limit, a model with its vendor before it,
    no usage.
    """

    api = "openai_compatible"
    model = "acme/tiny-1"
    echoed = "acme/tiny-1"
    needs = ("model", "messages", "max_tokens")
    refuses = ("max_completion_tokens",)

    def frames(self, words: Sequence[str], *, model: str, finish: str | None = None) -> list[bytes]:
        return [
            frame
            for frame in super().frames(words, model=model, finish=finish)
            if b"total_tokens" not in frame
        ]


class Responses(Chat):
    api = "openai_responses"
    path = "/v1/responses"
    needs = ("model", "input", "max_output_tokens")
    refuses = ()

    def frames(self, words: Sequence[str], *, model: str, finish: str | None = None) -> list[bytes]:
        def response(status: str, **more: Any) -> dict[str, Any]:
            return {"id": "resp_1", "object": "response", "status": status, "model": model, **more}

        item = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
        usage = {
            "input_tokens": 25,
            "output_tokens": len(words) + 2,
            "output_tokens_details": {"reasoning_tokens": 2},
            "total_tokens": len(words) + 27,
        }
        ending = "incomplete" if finish else "completed"
        details = {"reason": finish} if finish else None
        documents: list[dict[str, Any]] = [
            {"type": "response.created", "response": response("in_progress", usage=None)},
            {"type": "response.in_progress", "response": response("in_progress", usage=None)},
            {"type": "response.output_item.added", "output_index": 0, "item": {"type": "message"}},
            {
                "type": "response.content_part.added",
                **item,
                "part": {"type": "output_text", "text": ""},
            },
            *({"type": "response.output_text.delta", **item, "delta": word} for word in words),
            {"type": "response.output_text.done", **item, "text": "".join(words)},
            {
                "type": f"response.{ending}",
                "response": response(ending, usage=usage, incomplete_details=details),
            },
        ]
        return [
            event({**told, "sequence_number": n}, told["type"]) for n, told in enumerate(documents)
        ]

    def error_frame(self, status: int) -> bytes:
        kind, code, message = ERRORS[status]
        if status == 500:  # a response that was begun fails as a whole
            failed = {
                "id": "resp_1",
                "status": "failed",
                "error": {"code": kind, "message": message},
                "model": self.echoed,
            }
            return event({"type": "response.failed", "response": failed}, "response.failed")
        return event(
            {"type": "error", "code": code or kind, "message": message, "param": None}, "error"
        )
