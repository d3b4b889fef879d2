"""How long things are kept."""

import pytest

from coordinator.configuration.retention import DAY_MS, Keep, KeepError, first_kept, read_keep


def test_what_is_not_given_has_its_default() -> None:
    assert read_keep({}) == Keep()
    assert read_keep({"OUTSCOPE_KEEP_RESULTS": "2d", "OUTSCOPE_KEEP_MINUTES": " "}) == Keep(
        results_ms=2 * DAY_MS
    )


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"OUTSCOPE_KEEP_RESULTS": "soon"}, "OUTSCOPE_KEEP_RESULTS: 'soon' is not a duration"),
        ({"OUTSCOPE_KEEP_RESULTS": "1h"}, "OUTSCOPE_KEEP_RESULTS is 1h; keep results for a day"),
        (
            {"OUTSCOPE_KEEP_MINUTES": "10d"},
            "OUTSCOPE_KEEP_MINUTES is 10d, less than OUTSCOPE_KEEP_RESULTS",
        ),
        (
            {"OUTSCOPE_KEEP_DAYS": "100d"},
            "OUTSCOPE_KEEP_DAYS is 100d, less than OUTSCOPE_KEEP_HOURS",
        ),
    ],
)
def test_a_wrong_setting_is_named(environ: dict[str, str], says: str) -> None:
    with pytest.raises(KeepError, match=says.replace("(", r"\(")):
        read_keep(environ)


def test_days_are_forgotten_as_a_whole() -> None:
    noon = 20_500 * DAY_MS + DAY_MS // 2
    assert first_kept(noon, DAY_MS) == 20_499 * DAY_MS
    assert first_kept(noon, 3 * DAY_MS // 2) == 20_499 * DAY_MS
