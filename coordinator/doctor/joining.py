"""Whether workers can join, and whether those that did are let in at the broker."""

from typing import Any

from coordinator.doctor.finding import Finding, ok, warning
from coordinator.joining.meeting import CA_FILE, NO_ADDRESS, meeting_of


def look_at_joining(document: dict[str, Any] | None) -> Finding:
    """What the coordinator wrote down of where workers meet it; nothing before it ran."""
    meeting = meeting_of(document)
    if meeting is None:
        return ok("joining", "the coordinator has not said yet how workers join")
    if not meeting.manages:
        return warning(
            "joining",
            "the coordinator may not let workers in at the broker: who joins waits, and who is"
            " revoked stays in",
            "renew the broker's access list (outscope broker acl --joining), or load what outscope"
            " broker acl --print prints after each change",
        )
    if not meeting.broker:
        return ok("joining", f"no worker can join: {NO_ADDRESS}")
    if meeting.is_here:
        return ok("joining", f"workers of this machine alone can join: {meeting.broker}")
    proven = "its own authority" if meeting.broker_ca else f"public authorities (or {CA_FILE})"
    return ok("joining", f"workers are let in at {meeting.broker}, proven by {proven}")
