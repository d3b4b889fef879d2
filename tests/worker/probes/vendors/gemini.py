"""Google's Gemini API: errors are `{"error": {code, message, status, details}}`, in an array before
a stream begins.
"""

from collections.abc import Sequence
from typing import Any

from tests.worker.probes.vendors.stage import KEY, Asked, Refusal, event

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
    529: "UNAVAILABLE",
}
INFO = "type.googleapis.com/google.rpc.ErrorInfo"
BAD_KEY = {
    "code": 400,
    "message": "API key not valid. Please pass a valid API key.",
    "status": "INVALID_ARGUMENT",
    "details": [{"@type": INFO, "reason": "API_KEY_INVALID", "domain": "googleapis.com"}],
}


class Gemini:
    api = "gemini"
    base = ""
    model = "gemini-2.5-flash"
    echoed = "gemini-2.5-flash"

    def refusal(self, asked: Asked) -> Refusal | None:
        if asked.headers.get("x-goog-api-key") != KEY:
            return 400, {"error": BAD_KEY}
        if asked.method == "GET":
            return (
                None
                if asked.path in ("/v1beta/models", f"/v1beta/models/{self.model}")
                else self.error(404)
            )
        if (
            asked.path != f"/v1beta/models/{self.model}:streamGenerateContent"
            or asked.query != "alt=sse"
        ):
            return self.error(404)
        return None if "contents" in asked.body else self.error(400)

    def frames(self, words: Sequence[str], *, model: str, finish: str | None = None) -> list[bytes]:
        frames = []
        for number, word in enumerate(words):
            last = number == len(words) - 1
            candidate: dict[str, Any] = {
                "content": {"parts": [{"text": word}], "role": "model"},
                "index": 0,
            }
            if last:
                candidate["finishReason"] = finish or "STOP"
            usage = {
                "promptTokenCount": 25,
                "candidatesTokenCount": number + 1,
                "thoughtsTokenCount": 2,
            }
            frames.append(
                event({"candidates": [candidate], "usageMetadata": usage, "modelVersion": model})
            )
        return frames or [event({"usageMetadata": {"promptTokenCount": 25}, "modelVersion": model})]

    def error(self, status: int) -> Refusal:
        if status == 402:
            told = {
                "code": 400,
                "message": "Please enable billing on the project.",
                "status": STATUSES[402],
            }
            return 400, {"error": told}
        status = 503 if status == 529 else status
        message = (
            "The model is overloaded. Please try again later."
            if status == 503
            else f"It is {STATUSES[status]}."
        )
        return status, {"error": {"code": status, "message": message, "status": STATUSES[status]}}

    def error_frame(self, status: int) -> bytes:
        return event(self.error(status)[1])

    def listed(self) -> dict[str, Any]:
        return {
            "models": [
                {"name": f"models/{self.model}", "version": "001", "displayName": "Gemini Flash"}
            ]
        }
