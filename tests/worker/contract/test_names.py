"""Names in letters beyond ASCII are written as browsers write them."""
# ruff: noqa: RUF001 - letters that look like others are what is tried

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.contract.target import ascii_host, plain_host, read_hosts, url_target
from worker.probes.http.redirect import written_out
from worker.probes.kinds.dns import DnsParams
from worker.probes.kinds.dns.letters import name_of
from worker.probes.kinds.dns.values import values_meant
from worker.targets.policy import read_policy

WRITTEN = {
    "straße.example": "xn--strae-oqa.example",  # IDNA 2003: strasse
    "FAẞ.example": "xn--fa-hia.example",
    "ς.example": "xn--3xa.example",  # IDNA 2003: the other sigma
    "bücher.example": "xn--bcher-kva.example",
    "Bücher。example": "xn--bcher-kva.example",
    "ＥＸＡＭＰＬＥ.com": "example.com",
    "ﬁ.example": "fi.example",
    "☃.example": "xn--n3h.example",
    "💩.example": "xn--ls8h.example",
    "пример_x.example": "xn--_x-mlcluqhd.example",
    "क्\u200dष.example": "xn--11b2ezcw70k.example",
}
NONE = ["\u200dx.example", "a..ü", "ü" * 60 + ".example", "ü\ud800.example", "⒈x.ü"]


@pytest.mark.parametrize(("name", "written"), WRITTEN.items())
def test_a_name_is_written_as_browsers_do_wherever_it_stands(name: str, written: str) -> None:
    assert ascii_host(name) == written
    assert plain_host(f"{name}.") == written
    assert str(name_of(name)) == f"{written}."
    assert read_hosts([name]).has(written)
    assert read_policy(never=name).never(written)
    target = url_target(f"https://{name}/")
    assert target is not None
    assert plain_host(target.host or "") == written
    assert written_out(f"https://{name}/a".encode()) == f"https://{written}/a"
    assert DnsParams(name=name).wire == DnsParams(name=written).wire
    assert values_meant("CNAME", name) == values_meant("CNAME", f"{written}.")


@pytest.mark.parametrize("name", NONE)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UnicodeError):
        ascii_host(name)
    with pytest.raises(ValueError, match="name"):
        DnsParams(name=name)


@given(st.text(max_size=80))
def test_any_text_is_a_name_or_none_and_one_spelling_is_the_last(text: str) -> None:
    try:
        written = ascii_host(text)
    except UnicodeError:
        return
    assert written.isascii()
    assert plain_host(written) == plain_host(text).rstrip(".")
