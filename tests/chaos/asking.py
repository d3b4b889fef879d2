"""Somebody who asks the API all the time, and goes to the other one where one does not answer, as a
proxy does.
"""

import http.client
import threading
from collections import Counter
from collections.abc import Sequence

PATH = "/v1/services"
PATIENCE_S = 30.0
PAUSE_S = 0.1


class Asking:
    """While entered; `answers` counts statuses, `another` those that only the other one gave."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.answers: Counter[int] = Counter()
        self.another = self.unanswered = 0

    def __enter__(self) -> "Asking":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def table(self) -> str:
        """As rows to be read."""
        rows = {
            "asked": self.answers.total() + self.unanswered,
            **{f"  answered {status}": n for status, n in sorted(self.answers.items())},
            "  of these by the other one": self.another,
            "  answered by nobody": self.unanswered,
        }
        return "\n".join(f"{name:<36}{value:>8}" for name, value in rows.items())

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_S):
            first, *others = self._ports
            status = answers(first)
            if status is None:
                self.another += 1
                found = (answers(port) for port in others)
                status = next((one for one in found if one is not None), None)
            if status is None:
                self.unanswered += 1
            else:
                self.answers[status] += 1
            self._ports = [*others, first]


def answers(port: int) -> int | None:
    """The status with which it answers; None when it does not."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        link.request("GET", PATH)
        answer = link.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return None
    else:
        return answer.status
    finally:
        link.close()
