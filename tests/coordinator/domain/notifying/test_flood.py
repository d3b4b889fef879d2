"""However much falls at once, with windows and dependencies: messages stay few."""

from collections import Counter

from coordinator.domain.dependencies.cause import causes
from coordinator.domain.dependencies.graph import Graph
from coordinator.domain.maintenance.announced import announced
from coordinator.domain.maintenance.window import Occurrence
from coordinator.domain.model.incident import Incident
from coordinator.domain.notifying.context import Context
from coordinator.domain.notifying.desk import BURST, Desk
from coordinator.domain.notifying.rule import Rule
from coordinator.domain.notifying.thread import Kind
from tests.coordinator.domain.notifying.incidents import AT, incident

MANY = 10_000
HOUR = 3_600_000
WORK = Occurrence("w", "W", "configuration", AT - HOUR, AT + HOUR, frozenset({"planned"}))


def flood() -> list[Incident]:
    """A root, a third that depends on it, a third in maintenance, a third of strangers."""
    kinds = (("below-{}", 10), ("planned", 20), ("other-{}", 30))
    made = [incident("root", "root")]
    for number in range(MANY - 1):
        name, seconds = kinds[number % 3]
        began = AT + seconds * 1000
        times = {"started_by": began, "started_after": began - 1000, "opened_at": began}
        made.append(incident(f"i-{number}", name.format(number), **times))
    return made


def test_ten_thousand_incidents_are_a_handful_of_messages() -> None:
    found = flood()
    known = {one.id: one for one in found}
    graph = Graph({one.service: ("root",) for one in found if one.service.startswith("below-")})
    upstream, at = causes(found, graph), AT + 60_000
    contexts = {one.id: Context(announced(one, [WORK], at), upstream.get(one.id)) for one in found}
    sure = {one.service: 0.9 for one in found}
    rules = [Rule("all"), Rule("mine", services=frozenset({"planned", "root"}))]
    desk = Desk(known, {}, sure, contexts=contexts, recent=known.keys())
    steps, digests = desk.steps(rules, at)
    said = Counter((step.thread.rule, step.kind) for step in steps if step.kind)
    assert said == {("all", Kind.OPENED): BURST, ("mine", Kind.OPENED): 1}
    within = sum(step.thread.within == "root" for step in steps)
    assert within == len(graph.edges)
    waiting = sum(one.service == "planned" for one in found)
    (digest,) = digests
    assert len(digest.incidents) == MANY - 1 - within - waiting - (BURST - 1)
    threads = {(step.thread.rule, step.thread.incident): step.thread for step in steps}
    again = Desk(known, threads, sure, {"all": BURST}, contexts=contexts, recent=known.keys())
    assert not [step for step in again.steps(rules, at + 1000)[0] if step.kind]
