"""Every mistake is found at once, and each names file, line, key and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

Mistakes = Callable[[str], list[str]]


def only(found: list[str]) -> str:
    """The one mistake there is."""
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("id: shop\n", "id: Shop!\n", "outscope.yaml:5:5: services[0].id: 'Shop!' cannot be an id"),
        (
            "name: Shop",
            "nmae: Shop",
            "outscope.yaml:6:5: services[0].nmae: is not a known key; did you mean `name`?",
        ),
        (
            "interval: 30s",
            "interval: 30",
            "checks[0].interval: 30 is not a duration; write a number with its unit",
        ),
        ("interval: 30s", "interval: 1ms", "checks[0].interval: must be between 100ms and 1d"),
        (
            "interval: 30s",
            "interval: 3s",
            "checks[0].timeout: is 5s, longer than the interval of 3s; shorten it",
        ),
        ("kind: door", "kind: dor", "checks[0].kind: 'dor' is not a kind; did you mean `door`?"),
        ("timeout: 5s", "knoks: 5", "checks[0].knoks: is not a known key; did you mean `knocks`?"),
        (
            "timeout: 5s",
            "timout: 5s",
            "checks[0].timout: is not a known key; did you mean `timeout`?",
        ),
        ("timeout: 5s", "knocks: many", "checks[0].knocks: must be a whole number, not 'many'"),
        (
            'url: "http://shop.example", ',
            "",
            "services[0].components[0].checks[0]: `url` is missing; add it",
        ),
        (
            "timeout: 5s",
            "regions: [us-eat]",
            "regions[0]: 'us-eat' is not a region; did you mean `us-east`?",
        ),
        (
            "timeout: 5s",
            "regions: [us-east, us-east]",
            "regions[1]: 'us-east' is written twice; keep one",
        ),
        ("timeout: 5s", "regions: []", "checks[0].regions: must not be empty"),
        (
            "latitude: 53.3",
            "latitude: 153.3",
            "outscope.yaml:2:62: regions[0].latitude: must be less than or equal",
        ),
        ("longitude: -77.5", "longitude: .nan", "regions[1].longitude: must be a number"),
        (
            "continent: EU",
            "continent: EUR",
            "regions[0].continent: 'EUR' is not possible here; did you mean `EU`?",
        ),
        (
            "country: IE",
            "country: Ireland",
            "regions[0].country: 'Ireland' is not a country; write the two capital letters",
        ),
        (
            "id: us-east",
            "id: eu-west",
            "'eu-west' is already the id of a region (outscope.yaml line 2); choose",
        ),
        ("id: us-east", "id: coordinator", "'coordinator' is a name of our own; choose another"),
        (
            "http://shop.example",
            "http://x/${env:HOME}",
            "is not a reference to a secret; write ${env:OUTSCOPE_SECRET_",
        ),
        ("name: Shop", "name: 5", "services[0].name: must be text, not 5; put it in quotes"),
        ("name: Shop", r'name: "Sh\eop"', "services[0].name: holds the control character U+001B"),
        ("name: Shop", r'name: "Sh\u202Eop"', "name: holds the control character U+202E; leave"),
        ("name: Shop", r'name: "Sh\nop"', "name: holds the control character U+000A; leave it"),
        ("name: Shop", 'name: "  "', "services[0].name: is blank; write what people call it"),
        (
            "name: Shop",
            "status_page: {provider: x, url: page}",
            "'page' is not a web address; write it in full",
        ),
        (
            "name: Shop",
            "role: referense",
            "'referense' is not possible here; did you mean `reference`?",
        ),
    ],
)
def test_a_mistake_is_named_with_its_remedy(
    mistakes: Mistakes, valid_yaml: str, written: str, instead: str, said: str
) -> None:
    assert written in valid_yaml
    found = mistakes(valid_yaml.replace(written, instead, 1))
    assert any(said in mistake for mistake in found), found


def test_all_mistakes_are_told_at_once(mistakes: Mistakes, valid_yaml: str) -> None:
    text = (
        valid_yaml.replace("kind: door", "kind: dor")
        .replace("name: Shop", "nmae: Shop")
        .replace("IE", "Ireland")
    )
    found = mistakes(text + "judge: {silent_afer: 3s}\n")
    assert [mistake.split(":")[1] for mistake in found] == ["2", "6", "10", "11"]


def test_a_check_id_is_unique_in_the_whole_configuration(
    mistakes: Mistakes, valid_yaml: str, tmp_path: Path
) -> None:
    (tmp_path / "more.yaml").write_text(
        valid_yaml.partition("services:")[2].join(["services:", ""])
    )
    found = mistakes("include: [more.yaml]\n" + valid_yaml)
    assert (
        "outscope.yaml:11:14: services[0].components[0].checks[0].id: 'shop-web' is already the id"
        " of a check" in (found[-1])
    )
    assert "more.yaml line 7" in found[-1]


def test_a_configuration_needs_a_region_and_a_service(mistakes: Mistakes) -> None:
    found = mistakes("regions: []\n")
    assert "there is no region; list some, or write `include: [catalog:here]`" in found[0]
    assert "there is no service" in found[1]


def test_an_included_file_cannot_set_thresholds(
    mistakes: Mistakes, valid_yaml: str, tmp_path: Path
) -> None:
    (tmp_path / "more.yaml").write_text("judge: {enough_regions: 2}\n")
    said = only(mistakes("include: [more.yaml]\n" + valid_yaml))
    assert "more.yaml:1:1: judge: an included file cannot set thresholds" in said


@pytest.mark.parametrize(
    "threshold", ["unfit_share: 1.5", "silent_after: 5", "enough_regions: -1", "step: 0s"]
)
def test_a_threshold_out_of_bounds_is_refused(
    mistakes: Mistakes, valid_yaml: str, threshold: str
) -> None:
    assert f"judge.{threshold.split(':')[0]}" in only(
        mistakes(f"{valid_yaml}judge: {{{threshold}}}\n")
    )


def test_what_cannot_be_included_is_named(mistakes: Mistakes, valid_yaml: str) -> None:
    found = mistakes("include: [catalog:claud, nowhere.yaml]\n" + valid_yaml)
    assert "include[0]: the catalog has no 'claud'; did you mean `claude`?" in found[0]
    assert "include[1]: there is no file" in found[1]


def test_values_of_the_wrong_shape_are_mistakes_and_never_crash(mistakes: Mistakes) -> None:
    for text in (
        "[1, 2]",
        "3",
        "services: 3",
        "services: [3, [], {components: [{checks: {}}]}]",
        "include: {a: 1}",
    ):
        assert mistakes(text), text
