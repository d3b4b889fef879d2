"""How a RabbitMQ server stands: whether the coordinator may let workers in, who else comes in, how
much room there is, and what the queues are.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote

from coordinator.doctor.finding import Finding, failure, ok, warning
from coordinator.messaging.acl import ForbiddenError
from coordinator.messaging.rabbitmq.management import (
    VARIABLE,
    Management,
    management_of,
)
from worker.contract.settings.rabbitmq import vhost_of

_GUEST: Final = "guest"
_ADMINISTRATOR: Final = "administrator"


def look_at_rabbitmq(broker: str, told: str) -> Iterator[Finding]:
    """Findings about a server that takes the credential of a URL; `told` is where its API is, if
    that is set.
    """
    server = Management(broker, management_of(broker, told))
    try:
        whoami = server.ask("GET", "/api/whoami")
        if not isinstance(whoami, dict) or _ADMINISTRATOR not in _tags(whoami):
            yield _not_administrator()
            return
        yield ok("broker rights", "the coordinator may let workers in and throw them out")
        yield _guest(server)
        yield from map(_room, server.ask("GET", "/api/nodes") or ())
        yield _queues(server.ask("GET", f"/api/queues/{quote(vhost_of(broker), safe='')}") or ())
    except ForbiddenError:
        yield _not_administrator()
    except (OSError, ValueError) as error:
        yield failure(
            "broker rights",
            f"its management API at {server.url} cannot be used: {error}; so no worker can join,"
            " and none that is revoked is thrown out",
            f"switch it on (rabbitmq-plugins enable rabbitmq_management), and set {VARIABLE} where"
            " it is elsewhere",
        )


def _not_administrator() -> Finding:
    return failure(
        "broker rights",
        "the coordinator's user is no administrator there: no worker can join, and none that is"
        " revoked is thrown out",
        "give it that tag: rabbitmqctl set_user_tags coordinator administrator",
    )


def _tags(user: dict[str, Any]) -> list[str]:
    tags = user.get("tags", ())
    return tags.split(",") if isinstance(tags, str) else list(tags)


def _guest(server: Management) -> Finding:
    """Whether somebody comes in by a password that everybody knows."""
    if server.ask("GET", f"/api/users/{_GUEST}") is None:
        return ok("broker users", "there is no user `guest`")
    said = "the user `guest` is there, whose password everybody knows"
    return warning("broker users", said, "delete it: rabbitmqctl delete_user guest")


def _room(node: dict[str, Any]) -> Finding:
    name = node.get("name", "a node")
    if node.get("mem_alarm") or node.get("disk_free_alarm"):
        what = "memory" if node.get("mem_alarm") else "disk"
        said = f"{name} has no {what} left and takes nothing more"
        return failure("broker memory", said, "give it more, and see who fills it: outscope status")
    used, limit = node.get("mem_used", 0) / 1e6, node.get("mem_limit", 0) / 1e6
    return ok("broker memory", f"{name}: {used:,.0f} MB of {limit:,.0f} MB are used")


def _queues(found: Iterable[dict[str, Any]]) -> Finding:
    kept = [one for one in found if str(one.get("name", "")).startswith(("probes.", "reports."))]
    wrong = [one["name"] for one in kept if one.get("type", "quorum") != "quorum"]
    if not wrong:
        return ok("broker queues", f"{len(kept)} queues of orders and reports, all of them quorum")
    said = f"{len(wrong)} queues are no quorum queues, such as {wrong[0]}"
    return failure("broker queues", said, "delete them; the coordinator makes them anew")
