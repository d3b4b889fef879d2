"""A diff names each thing that was added, changed or removed, and the fields that differ."""

from collections.abc import Callable

from coordinator.configuration import Change, Configuration, changes

Load = Callable[[str], Configuration]


def test_the_same_configuration_changes_nothing(load: Load, valid_yaml: str) -> None:
    assert changes(load(valid_yaml), load(valid_yaml)) == []


def test_the_first_configuration_adds_everything(load: Load, valid_yaml: str) -> None:
    added = {(change.verb, change.what, change.id) for change in changes(None, load(valid_yaml))}
    assert added == {
        ("added", "region", "eu-west"),
        ("added", "region", "us-east"),
        ("added", "service", "shop"),
        ("added", "component", "shop/web"),
        ("added", "check", "shop-web"),
        ("added", "judge", "thresholds"),
    }


def test_fields_are_told_from_old_to_new(load: Load, valid_yaml: str) -> None:
    new = valid_yaml.replace("interval: 30s", "interval: 1m").replace(
        "name: Ireland", "name: Dublin"
    )
    assert changes(load(valid_yaml), load(new)) == [
        Change("changed", "region", "eu-west", (("name", "Ireland", "Dublin"),)),
        Change("changed", "check", "shop-web", (("interval", "30s", "60s"),)),
    ]


def test_parameters_and_thresholds_that_were_left_out_are_defaults(
    load: Load, valid_yaml: str
) -> None:
    new = (
        valid_yaml.replace("timeout: 5s", "timeout: 5s, knocks: 2") + "judge: {silent_after: 6s}\n"
    )
    assert changes(load(valid_yaml), load(new)) == [
        Change("changed", "check", "shop-web", (("knocks", "(default)", "2"),)),
        Change("changed", "judge", "thresholds", (("silent_after", "(default)", "6s"),)),
    ]


def test_another_provider_of_a_region_is_a_change(load: Load, valid_yaml: str) -> None:
    new = valid_yaml.replace("country: IE", "country: IE, provider: Example Cloud")
    assert changes(load(valid_yaml), load(new)) == [
        Change("changed", "region", "eu-west", (("provider", "(default)", "Example Cloud"),))
    ]


def test_what_is_gone_is_removed(load: Load, valid_yaml: str) -> None:
    new = "\n".join(line for line in valid_yaml.splitlines() if "us-east" not in line)
    assert changes(load(valid_yaml), load(new)) == [Change("removed", "region", "us-east")]


def test_another_order_is_a_change(load: Load, valid_yaml: str) -> None:
    lines = valid_yaml.splitlines()
    lines[1], lines[2] = lines[2], lines[1]
    assert [change.what for change in changes(load(valid_yaml), load("\n".join(lines)))] == [
        "order"
    ]
