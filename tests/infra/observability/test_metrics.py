"""Every metric and label that alerts and dashboards ask for is exported by a product that runs."""

import re
from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.conftest import fast_config, product, target
from tests.e2e.running import Running, until
from tests.infra.observability.expressions import LABEL, METRIC, expressions

pytestmark = pytest.mark.slow
__all__ = ["fast_config", "product", "target"]
SOMETIMES = {
    "outscope_worker_budget_left_tests",
    "outscope_notices_waiting",
    "outscope_notices_waiting_seconds",
}
"""Exported without samples until a region is borrowed, or a message waits."""
OF_A_HISTOGRAM = re.compile(r"_(bucket|count|sum)$")


def exported(running: Running) -> dict[str, set[str]]:
    """The names of all metrics that are exported, with the labels of their samples."""
    with urlopen(f"http://127.0.0.1:{running.port}/metrics", timeout=20) as answer:
        text = answer.read().decode()
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        found.setdefault(family.name, set())
        if family.type == "counter":
            found.setdefault(f"{family.name}_total", set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def asked() -> dict[str, set[str]]:
    """The metrics that are asked for, with the labels by which they are chosen."""
    found: dict[str, set[str]] = {}
    for expression in expressions():
        for name, chosen in _selectors(expression):
            found.setdefault(name, set()).update(chosen)
    return found


def _selectors(expression: str) -> Iterator[tuple[str, set[str]]]:
    for match in METRIC.finditer(expression):
        inside = re.match(r"\{([^}]*)\}", expression[match.end() :])
        yield match[0], {label for label, _ in LABEL.findall(inside[1])} if inside else set()


def test_they_are_there_and_have_these_labels(product: Running) -> None:
    wanted = asked()
    assert len(wanted) > 20
    until(
        "all metrics",
        lambda: wanted.keys() <= exported(product).keys(),
        90,
    )
    found = exported(product)
    for name, labels in wanted.items():
        if name not in SOMETIMES and found[name]:
            assert labels <= found[name], name


def test_a_metric_that_is_gone_would_be_missed() -> None:
    assert ("outscope_gone", {"region"}) in list(_selectors('max(outscope_gone{region="x"})'))
