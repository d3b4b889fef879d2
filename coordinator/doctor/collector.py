"""The collector of OpenTelemetry: it takes what is sent."""

from collections.abc import Iterator, Mapping

from coordinator.doctor.finding import Finding, failure, ok
from coordinator.telemetry.environment import ENDPOINT, Receiver, TelemetryError, asked_for
from coordinator.telemetry.settings import read_sending

CHECK = "otel"


def look_at_collector(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Whether each signal arrives; a request with nothing in it is sent."""
    if not asked_for(environ):
        yield ok(CHECK, f"nothing is sent to a collector: {ENDPOINT} is not set")
        return
    try:
        sending = read_sending(environ)
    except TelemetryError as error:
        yield failure(CHECK, str(error), "mend this variable of the environment")
        return
    for receiver in filter(None, (sending.traces, sending.metrics)):
        yield _tried(receiver)


def _tried(receiver: Receiver) -> Finding:
    check = f"{CHECK} {receiver.signal}"
    try:
        from coordinator.telemetry.sending import Sender
    except ModuleNotFoundError as error:
        said = f"{error.name} is not installed here"
        return failure(check, said, "install it with: pip install 'outscope[otel]'")
    sent = Sender(receiver).nothing()
    if sent.wrong:
        todo = f"mend {ENDPOINT} or what the collector asks for; see docs/how-to"
        return failure(check, f"the collector {sent.wrong}", f"{todo}/send-to-opentelemetry.md")
    return ok(check, "the collector takes them")
