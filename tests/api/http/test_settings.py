"""What the API's process reads from its environment."""

import pytest

from api.http.settings import ApiSettingsError, read_api_settings


def test_names_and_bounds_come_from_the_environment() -> None:
    told = {"OUTSCOPE_PUBLIC_HOSTS": " a.example, ,*.b.example", "OUTSCOPE_EXPORTS": "9"}
    found = read_api_settings(told, "sqlite:///x", "127.0.0.1", 8000)
    assert found.hosts == ("a.example", "*.b.example")
    assert (found.exports_at_once, found.exports_per_client) == (9, 2)


def test_one_client_never_has_more_than_there_are() -> None:
    found = read_api_settings({"OUTSCOPE_EXPORTS": "1"}, "sqlite:///x", "127.0.0.1", 8000)
    assert (found.exports_at_once, found.exports_per_client) == (1, 1)


@pytest.mark.parametrize("text", ["0", "-1", "many", "101", "²"])
def test_a_bound_that_is_no_number_is_named(text: str) -> None:
    with pytest.raises(ApiSettingsError, match="OUTSCOPE_EXPORTS is"):
        read_api_settings({"OUTSCOPE_EXPORTS": text}, "sqlite:///x", "127.0.0.1", 8000)
