"""A valid file becomes a topology and rules; includes are followed; defaults stay defaults."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from coordinator.configuration import (
    DEFAULT,
    Configuration,
    catalog_names,
    from_document,
    load_configuration,
)
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import HERE, Role
from tests.coordinator.configuration.conftest import DoorParams
from worker.probes.kinds import KINDS

Load = Callable[[str], Configuration]
PARAMETERS = {name: kind.params for name, kind in KINDS.items()}


def test_a_file_becomes_a_topology(load: Load, valid_yaml: str) -> None:
    topology = load(valid_yaml).topology
    check = topology.check["shop-web"]
    assert (check.service, check.component, check.kind) == ("shop", "web", "door")
    assert (check.interval_ms, check.timeout_ms) == (30_000, 5_000)
    assert dict(check.params) == {"url": "http://shop.example"}
    assert topology.service["shop"].components[0].name == "web"
    assert topology.region["us-east"].name == "us-east"


def test_a_check_that_says_what_others_say_does_not_vote(
    tmp_path: Path, load: Load, valid_yaml: str
) -> None:
    class RumourParams(DoorParams):
        votes = False

    path = tmp_path / "rumour.yaml"
    path.write_text(
        valid_yaml + '          - {id: shop-rumour, kind: rumour, url: "http://shop.example"}\n'
    )
    loaded = load_configuration(path, {"door": DoorParams, "rumour": RumourParams})
    assert set(loaded.topology.check) == {"shop-web", "shop-rumour"}
    assert set(loaded.judged.check) == {"shop-web"}
    assert set(from_document(json.loads(json.dumps(loaded.document))).judged.check) == {"shop-web"}
    assert load(valid_yaml).judged == load(valid_yaml).topology


def test_a_check_without_regions_is_looked_at_from_all(load: Load, valid_yaml: str) -> None:
    assert load(valid_yaml).topology.check["shop-web"].regions == ("eu-west", "us-east")
    named = valid_yaml.replace("timeout: 5s", "timeout: 5s, regions: [us-east]")
    assert load(named).topology.check["shop-web"].regions == ("us-east",)


def test_a_timeout_is_never_longer_than_the_interval(load: Load, valid_yaml: str) -> None:
    assert (
        load(valid_yaml.replace(", timeout: 5s", "")).topology.check["shop-web"].timeout_ms
        == 10_000
    )
    quick = valid_yaml.replace("interval: 30s, timeout: 5s", "interval: 2s")
    assert load(quick).topology.check["shop-web"].timeout_ms == 2_000


def test_thresholds_are_written_with_their_unit_and_the_rest_stays_default(
    load: Load, valid_yaml: str
) -> None:
    rules = load(
        valid_yaml + "judge: {silent_after: 6s, enough_regions: 2, unfit_share: 0.5}\n"
    ).rules
    assert (rules.silent_after_ms, rules.enough_regions, rules.unfit_share) == (6_000, 2, 0.5)
    assert rules.resolve_after_ms == Rules().resolve_after_ms


def test_norway_is_a_country(load: Load, valid_yaml: str) -> None:
    assert (
        load(valid_yaml.replace("country: IE", "country: NO")).topology.region["eu-west"].country
        == "NO"
    )


def test_a_region_may_say_whose_network_its_workers_stand_in(load: Load, valid_yaml: str) -> None:
    named = load(valid_yaml.replace("country: IE", "country: IE, provider: Example Cloud"))
    assert named.topology.region["eu-west"].provider == "Example Cloud"
    assert named.topology.region["us-east"].provider == ""
    assert from_document(json.loads(json.dumps(named.document))).topology == named.topology
    assert "provider" not in named.document["regions"][1], "what is left out stays a default"


def test_the_stored_document_means_the_same(load: Load, valid_yaml: str) -> None:
    first = load(valid_yaml + "judge: {silent_after: 6s}\n")
    again = from_document(json.loads(json.dumps(first.document)))
    assert again.topology == first.topology
    assert again.rules == first.rules
    assert again.digest == first.digest


def test_the_order_of_keys_does_not_change_the_digest(load: Load, valid_yaml: str) -> None:
    turned = valid_yaml.replace("interval: 30s, timeout: 5s", "timeout: 5000ms, interval: 30s")
    assert load(turned).digest == load(valid_yaml).digest


def test_a_threshold_that_a_later_version_knows_is_left_out() -> None:
    assert from_document({"judge": {"from_the_future": 3}}).rules == Rules()


def test_included_files_are_relative_to_the_file_that_includes_them(
    load: Load, valid_yaml: str, tmp_path: Path
) -> None:
    head, _, services = valid_yaml.partition("services:")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "regions.yaml").write_text(head)
    (tmp_path / "parts" / "all.yaml").write_text("include: [regions.yaml]\nservices:" + services)
    assert (
        load("include: [parts/all.yaml, parts/regions.yaml]\n").topology
        == load(valid_yaml).topology
    )


def test_files_that_include_each_other_are_read_once(
    load: Load, valid_yaml: str, tmp_path: Path
) -> None:
    (tmp_path / "other.yaml").write_text("include: [outscope.yaml]\n")
    assert len(load("include: [other.yaml]\n" + valid_yaml).topology.checks) == 1


def test_anchors_and_merge_keys_spare_repetition(load: Load, valid_yaml: str) -> None:
    text = valid_yaml.replace(
        '{id: shop-web, kind: door, url: "http://shop.example", interval: 30s, timeout: 5s}',
        '&one {id: shop-web, kind: door, url: "http://shop.example", interval: 30s, timeout: 5s}\n'
        "          - {<<: *one, id: shop-web-2, interval: 1m}",
    )
    second = load(text).topology.check["shop-web-2"]
    assert (second.interval_ms, second.timeout_ms) == (60_000, 5_000)


def test_a_reference_to_a_secret_stays_a_reference(load: Load, valid_yaml: str) -> None:
    text = valid_yaml.replace(
        "http://shop.example", "http://shop.example/${env:OUTSCOPE_SECRET_KEY}"
    )
    assert "${env:OUTSCOPE_SECRET_KEY}" in json.dumps(load(text).document)


def test_the_default_looks_at_three_platforms_from_this_machine() -> None:
    topology = load_configuration(DEFAULT, PARAMETERS).topology
    assert {service.id for service in topology.services if service.role is Role.SERVICE} == {
        "claude",
        "openai",
        "gemini",
    }
    assert [region.id for region in topology.regions] == [HERE]
    assert all(check.regions == tuple(topology.region) for check in topology.checks)


def test_the_default_references_belong_to_several_operators() -> None:
    topology = load_configuration(DEFAULT, PARAMETERS).topology
    references = [service for service in topology.services if service.role is Role.REFERENCE]
    assert sum(len(service.components) for service in references) >= 6


def test_the_catalog_has_regions_on_five_continents(tmp_path: Path) -> None:
    path = tmp_path / "outscope.yaml"
    path.write_text("include: [catalog:regions, catalog:references]\n")
    topology = load_configuration(path, PARAMETERS).topology
    assert len({region.continent for region in topology.regions}) == 5


@pytest.mark.parametrize("name", catalog_names())
def test_each_part_of_the_catalog_can_be_included(load: Load, tmp_path: Path, name: str) -> None:
    path = tmp_path / "outscope.yaml"
    path.write_text(f"include: [catalog:regions, catalog:references, catalog:{name}]\n")
    assert load_configuration(path, PARAMETERS).topology.checks
