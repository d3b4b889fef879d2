"""What the environment may say, and the sentence for what it may not."""

import pytest

from coordinator.settings import CoordinatorSettings, SettingsError, read_settings

ENVIRON = {"OUTSCOPE_BROKER": "redis://x", "OUTSCOPE_DATABASE": "sqlite:///x.db"}


def test_into_sqlite_one_process_stores() -> None:
    assert read_settings(ENVIRON).writers == "here"
    with pytest.raises(SettingsError, match="needs PostgreSQL"):
        read_settings({**ENVIRON, "OUTSCOPE_WRITERS": "elsewhere"})


def test_writers_are_here_or_elsewhere() -> None:
    with pytest.raises(SettingsError, match="OUTSCOPE_WRITERS is 'there'"):
        CoordinatorSettings("redis://x", "postgresql://x/y", writers="there")


def test_a_second_coordinator_waits_or_refuses() -> None:
    assert read_settings(ENVIRON).standby == "wait"
    assert read_settings({**ENVIRON, "OUTSCOPE_STANDBY": "refuse"}).standby == "refuse"
    with pytest.raises(SettingsError, match="OUTSCOPE_STANDBY is 'hot'"):
        read_settings({**ENVIRON, "OUTSCOPE_STANDBY": "hot"})


def test_standing_orders_are_good_for_six_hours_or_as_long_as_is_said() -> None:
    assert read_settings(ENVIRON).standing_ms == 6 * 3_600_000
    for text, life_ms in (("90m", 5_400_000), ("0", 0), ("7d", 7 * 86_400_000)):
        told = {**ENVIRON, "OUTSCOPE_STANDING_ORDERS": text}
        assert read_settings(told).standing_ms == life_ms


@pytest.mark.parametrize("said", ["6", "soon", "-1h", "59s", "8d"])
def test_a_bad_life_of_standing_orders_is_refused_by_name(said: str) -> None:
    with pytest.raises(SettingsError, match="OUTSCOPE_STANDING_ORDERS"):
        read_settings({**ENVIRON, "OUTSCOPE_STANDING_ORDERS": said})


@pytest.mark.parametrize("said", ["here", "elsewhere"])
def test_the_old_name_of_a_variable_is_refused_by_a_sentence_that_names_the_new(said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({**ENVIRON, "OUTSCOPE_INTAKE": said})
    assert (
        str(refused.value) == "OUTSCOPE_INTAKE is called OUTSCOPE_WRITERS now; set that one instead"
    )


def test_the_old_name_may_stand_there_and_say_nothing() -> None:
    assert read_settings({**ENVIRON, "OUTSCOPE_INTAKE": " "}).writers == "here"
