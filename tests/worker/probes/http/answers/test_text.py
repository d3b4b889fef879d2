"""Bodies are read in the encoding that they are written in."""

import codecs
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.contract.outcome import Reason
from worker.probes.http.answers.expect import Expect
from worker.probes.http.answers.judging import body_fault
from worker.probes.http.answers.text import codec_of, json_of, text_of

SAMPLES = {
    "windows-1251": "Сервис работает",
    "KOI8-R": "Сервис работает",
    "ISO-8859-2": "Usługa działa",
    "latin1": "Dienst gestört: 5 €",
    "us-ascii": "Größe",
    "ISO-8859-15": "5 € frei",
    "gb2312": "服务正常 朱镕基",
    "x-sjis": "正常です①",
    "EUC-JP": "正常です",
    "ISO-2022-JP": "正常です",
    "ks_c_5601-1987": "정상 똠방각하",
    "Big5": "運作正常",
    "TIS-620": "ปกติ",
    "utf-8": "übermäßig",
    "UTF8": "übermäßig",
    "utf-16": "übermäßig",
    "utf-16be": "übermäßig",
    "windows-1255": "תקין",
}
WRITTEN = {
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "gb2312": "gb18030",
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "utf-16": "utf-16-le",
}


def written(label: str) -> bytes:
    return SAMPLES[label].encode(WRITTEN.get(label, label))


@pytest.mark.parametrize("label", SAMPLES)
@pytest.mark.parametrize(
    "form",
    ["text/html; charset={}", 'text/plain;x=y; Charset = "{}"', "text/css;charset='{}'; a=b"],
)
def test_the_charset_of_the_content_type_is_obeyed(label: str, form: str) -> None:
    assert text_of(written(label), form.format(label)) == SAMPLES[label]


@pytest.mark.parametrize("label", [label for label in SAMPLES if not label.startswith("utf-16")])
@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ('<html><meta charset="{}">', "text/html"),
        ("<meta name=a><META http-equiv=Content-Type content='text/html; charset={}'>", ""),
        ('<?xml version="1.0" encoding="{}"?>', "application/xml"),
        ("<?xml version='1.0' encoding='{}' standalone='yes'?>", "application/rss+xml"),
    ],
)
def test_what_a_page_declares_itself_is_obeyed(label: str, form: str, content_type: str) -> None:
    head = form.format(label).encode()

    assert text_of(head + written(label), content_type).endswith(SAMPLES[label])
    assert SAMPLES["utf-8"] in text_of(head + written("utf-8"), f"{content_type};charset=utf-8")


@pytest.mark.parametrize(
    "mark", ["BOM_UTF8", "BOM_UTF16_LE", "BOM_UTF16_BE", "BOM_UTF32_LE", "BOM_UTF32_BE"]
)
def test_a_byte_order_mark_comes_first_and_is_no_text(mark: str) -> None:
    codec = mark.removeprefix("BOM_").replace("UTF", "utf-").replace("_", "-").lower()
    body = getattr(codecs, mark) + "läuft <meta charset=koi8-r>".encode(codec)

    assert text_of(body, "text/html; charset=big5").startswith("läuft")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_zeros_tell_utf_16_and_utf_32(codec: str) -> None:
    body = '{"state": "läuft"}'.encode(codec)

    assert json_of(body) == {"state": "läuft"}
    assert text_of(body, "application/json") == '{"state": "läuft"}'
    assert text_of("<?xml?><a>ä</a>".encode(codec)) == "<?xml?><a>ä</a>"


@pytest.mark.parametrize(
    "label",
    ["", "x-none", "utf-7", "rot13", "hex", "idna", "unicode_escape", "undefined", "\0", "a" * 999],
)
def test_what_nobody_knows_counts_as_if_it_were_not_there(label: str) -> None:
    assert codec_of(label) is None
    assert text_of("läuft".encode(), f"text/html; charset={label}") == "läuft"
    named = b"<meta charset=windows-1252>" + "läuft".encode("cp1252")
    assert "läuft" in text_of(named, f"text/html; charset={label}")


@pytest.mark.parametrize("content_type", ["", "text/plain", "text/html; charset=x-none"])
def test_a_text_that_cannot_be_utf8_and_says_nothing_is_of_before_unicode(
    content_type: str,
) -> None:
    assert text_of("läuft gut".encode("cp1252"), content_type) == "läuft gut"
    assert text_of("läuft ä".encode()[:-1], content_type) == "läuft \ufffd"  # cut at a limit
    assert text_of(b"l\xe4uft", "application/json") == "l\ufffduft"


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_what_only_python_takes_for_json_is_none(constant: str, codec: str) -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_of(f'{{"a": 1, "b": {constant}}}'.encode(codec))


def test_json_in_a_declared_charset() -> None:
    body = json.dumps({"a": "größer"}, ensure_ascii=False).encode("latin-1")

    assert json_of(body, "application/json; charset=iso-8859-1") == {"a": "größer"}
    assert json_of(b'{"a": "\xff"}') == {"a": "\ufffd"}


@given(
    st.binary(max_size=60),
    st.sampled_from(["", "text/html", "charset=utf-16", "x;charset=idna", "text/xml; charset=gbk"]),
    st.sampled_from([b"", b"<meta charset=", b"<?xml version='1.0' encoding='", b"\xff\xfe"]),
)
def test_any_body_has_a_text(body: bytes, content_type: str, before: bytes) -> None:
    assert isinstance(text_of(before + body, content_type), str)


@pytest.mark.parametrize("label", SAMPLES)
def test_expected_and_forbidden_texts_are_found_in_any_charset(label: str) -> None:
    body, content_type = b" " * 8 + written(label), f"text/html; charset={label}"
    if label.startswith("utf-16"):
        body = written(label)
    word = SAMPLES[label][2:]

    def reason(**expected: str) -> Reason | None:
        fault = body_fault(Expect(**expected), body, cut=False, content_type=content_type)
        return None if fault is None else fault[0]

    assert reason(body=word) is None
    assert reason(body_regex=word[-3:]) is None
    assert reason(not_body=word) is Reason.CONTENT
