"""Expected values of records are compared as their type says."""

import dns.rdata
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.probes.kinds.dns.values import value_of, values_meant

TYPES = ["A", "AAAA", "CAA", "CNAME", "DS", "DNSKEY", "HTTPS", "MX", "NS", "PTR", "SOA", "SRV"]
KEY = "257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxIL"


def is_meant(record_type: str, recorded: str, written: str) -> bool:
    record = dns.rdata.from_text("IN", record_type, recorded, origin=dns.name.root)
    return value_of(record) in values_meant(record_type, written)


@pytest.mark.parametrize(
    ("record_type", "recorded", "written"),
    [
        ("A", "198.51.100.7", "198.51.100.7"),
        ("AAAA", "2001:db8::a:b", "2001:0DB8:0:0:0:0:A:B"),
        ("AAAA", "2001:db8::a:b", "2001:db8:0::a:b"),
        ("AAAA", "::ffff:192.0.2.1", "::FFFF:C000:0201"),
        ("TXT", '"one " "two"', "one two"),
        ("TXT", '"one " "two"', '"one " "two"'),
        ("TXT", '"one " "two"', '"one two"'),
        ("TXT", r'"na\195\175ve"', "naïve"),
        ("TXT", r'"na\195\175ve"', r"na\195\175ve"),
        ("TXT", r'"a \"b\" c"', 'a "b" c'),
        ("TXT", r'"a;b\\c"', r"a;b\c"),
        ("TXT", '"V=spf1 ip4:192.0.2.0/24 -all"', "v=spf1 ip4:192.0.2.0/24 -all"),
        ("TXT", '"google-site-verification=aB"', "Google-Site-Verification=aB"),
        ("TXT", '"ends with a dot."', "ends with a dot."),
        ("TXT", '" blanks  count "', " blanks  count "),
        ("TXT", '"quoted"', ' "quoted" '),
        ("AAAA", "2001:db8::1", "[2001:db8::1]"),
        ("TXT", '""', '""'),
        ("CAA", '128 ISSUE "Sectigo.com"', "128 issue sectigo.com"),
        (
            "CAA",
            '0 issue "ca.example; accounturi=https://x/Y"',
            "0 issue ca.example;accounturi=https://x/Y",
        ),
        ("CAA", '0 issue ";"', "0 issue ;"),
        ("CAA", '0 iodef "mailto:a@x.example"', '0 iodef "mailto:a@x.example"'),
        ("MX", "10 Mail.Example.com.", "10 mail.example.COM"),
        ("MX", "10 xn--bcher-kva.example.", "10 bücher.example"),
        ("MX", "0 .", "0 ."),
        ("NS", "ns1.example.", "NS1.example"),
        ("CNAME", "xn--bcher-kva.example.", "Bücher.example."),
        ("PTR", "Host.example.", "host.example"),
        ("SRV", "1 2 443 A.example.", "1  2 443 a.example."),
        ("SOA", "a.x. Root.x. 7 1 2 3 4", "A.x root.x. 7 1 2 3 4"),
        ("DS", "1 13 2 " + "ab" * 32, "1 13 2 " + "AB" * 16 + " " + "Ab" * 16),
        ("DS", "1 8 2 " + "ab" * 32, "1 RSASHA256 2 " + "ab" * 32),
        ("DNSKEY", KEY, KEY[:30] + " " + KEY[30:]),
        ("HTTPS", "1 CDN.x. alpn=h2,h3 port=443", '1 cdn.x port="443" alpn="h2,h3"'),
    ],
)
def test_the_same_value_in_another_spelling(record_type: str, recorded: str, written: str) -> None:
    assert is_meant(record_type, recorded, written)


@pytest.mark.parametrize(
    ("record_type", "recorded", "written"),
    [
        ("A", "198.51.100.7", "198.51.100.70"),
        ("AAAA", "2001:db8::1", "2001:db8::10"),
        ("TXT", '"p=aBc"', "p=abc"),
        ("TXT", '"Text"', "text"),
        ("TXT", '"a" "b"', "a b"),
        ("TXT", '"a."', "a"),
        ("TXT", '"a "', "a"),
        ("CAA", '0 issue "a.example"', "128 issue a.example"),
        ("CAA", '0 issue "a.example; x=Y"', "0 issue a.example; x=y"),
        ("CAA", '0 iodef "https://x/A"', "0 iodef https://x/a"),
        ("MX", "10 a.example.", "20 a.example."),
        ("SRV", "1 2 443 a.example.", "1 2 444 a.example."),
        ("DNSKEY", KEY, KEY.replace("mdss", "MDSS")),
        ("NS", "a.example.", "a.example.org"),
    ],
)
def test_another_value(record_type: str, recorded: str, written: str) -> None:
    assert not is_meant(record_type, recorded, written)


@given(st.sampled_from([*TYPES, "TXT"]), st.text(max_size=40))
def test_any_text_means_some_values_or_none(record_type: str, written: str) -> None:
    assert isinstance(values_meant(record_type, written), frozenset)


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=4))
def test_a_record_means_what_it_is_written_as(strings: list[bytes]) -> None:
    wire = b"".join(bytes([len(part)]) + part for part in strings)
    record = dns.rdata.from_wire("IN", "TXT", wire, 0, len(wire))

    assert value_of(record) in values_meant("TXT", record.to_text())
