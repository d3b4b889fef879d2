"""The text of a body, in the encoding that it is written in. Pure.

In order: its byte order mark, the charset of its Content-Type, what it declares itself (`meta` of
HTML, the declaration of XML), the zero bytes of UTF-16 and UTF-32, and else UTF-8, or windows-1252
where a text cannot be UTF-8 and says nothing of itself. Names mean what
they do in browsers (the WHATWG's Encoding standard), where ISO-8859-1 is windows-1252. One that
nobody knows counts as if it were not there.
"""

import codecs
import json
import re
from decimal import Decimal
from typing import Any, Final

_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.I)
_META: Final = re.compile(rb"""<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_XML: Final = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']\s*([\w.:-]+)""", re.I)
_DECLARED_WITHIN: Final = 1024
_DIGITS: Final = 4000
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"')
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_USUAL: Final = "utf-8"
_BEFORE_UNICODE: Final = "cp1252"
_MEANT: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
}
"""Python's name of an encoding to that of what clients take it for."""
_OTHER_NAMES: Final = {
    "unicode-1-1-utf-8": "utf-8",
    "x-unicode20utf8": "utf-8",
    "x-gbk": "gbk",
    "gb_2312-80": "gbk",
    "x-sjis": "shift_jis",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "windows-949": "cp949",
    "x-euc-jp": "euc_jp",
    "x-x-big5": "big5",
    "iso-8859-8-i": "iso8859-8",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "unicode": "utf-16-le",
    "ucs-2": "utf-16-le",
}
_NO_CHARSETS: Final = frozenset(
    {
        "utf-7",
        "idna",
        "punycode",
        "unicode-escape",
        "raw-unicode-escape",
        "undefined",
        "mbcs",
        "oem",
    }
)
"""Encodings of Python's that no text of the web is written in."""


def text_of(body: bytes, content_type: str = "") -> str:
    """The text of a body with this Content-Type, without its byte order mark; what cannot be read
    is replaced.
    """
    mark = _mark_of(body)
    if mark is not None:
        size, own = mark
        return body[size:].decode(own, "replace")
    codec = codec_of(charset_in(content_type)) or codec_of(_declared(body, content_type.lower()))
    return body.decode(codec or _by_zeros(body) or _unsaid(body, content_type), "replace")


def _unsaid(body: bytes, content_type: str) -> str:
    """What a text is in that says nothing of it; JSON and the like are in UTF-8 whatever comes."""
    if content_type and not content_type.lower().lstrip().startswith("text/"):
        return _USUAL
    try:
        codecs.getincrementaldecoder(_USUAL)().decode(body)  # whose last letter may be cut
    except UnicodeDecodeError:
        return _BEFORE_UNICODE
    return _USUAL


def json_of(body: bytes, content_type: str = "") -> Any:
    """The JSON document in a body: in UTF-8, -16 or -32, as it begins, else as its text is read.
    ValueError when it is none, RecursionError when Python cannot read one that is nested so deeply.
    """
    told = f"application/json; {content_type}"  # whatever it calls itself, for its charset
    try:
        return json.loads(body, parse_constant=_no_json)
    except ValueError:
        return json.loads(text_of(body, told), parse_int=_whole, parse_constant=_no_json)
    except RecursionError:
        if not _closes(text_of(body, told)):
            raise ValueError("it does not come to its end") from None
        raise


def _closes(text: str) -> bool:
    """Whether there are as many ends of lists and objects as beginnings."""
    bare = _STRING.sub("", text)
    return sum(map(bare.count, "[{")) == sum(map(bare.count, "]}"))


def _no_json(constant: str) -> Any:
    """What Python reads and no other client does."""
    raise ValueError(f"{constant} is no JSON")


def _whole(digits: str) -> int | Decimal:
    """A whole number of any length; Python's own reading ends at some thousand digits."""
    return int(digits) if len(digits) <= _DIGITS else Decimal(digits)


def charset_in(content_type: str) -> str:
    """The charset that a Content-Type names; empty when it names none."""
    found = _CHARSET.search(content_type)
    return "" if found is None else found[1]


def codec_of(name: str) -> str | None:
    """The codec that reads an encoding of this name; None when nobody knows it."""
    label = name.strip().lower()
    try:
        codec = codecs.lookup(_OTHER_NAMES.get(label, label))
    except (LookupError, ValueError):
        return None
    if not label or codec.name in _NO_CHARSETS or not getattr(codec, "_is_text_encoding", True):
        return None
    return _MEANT.get(codec.name, codec.name)


def declared_in_xml(body: bytes) -> str:
    """The encoding that an XML declaration names; empty when there is none, or its letters have
    zeros between them.
    """
    found = _XML.match(body[:_DECLARED_WITHIN].removeprefix(codecs.BOM_UTF8))
    return "" if found is None else found[1].decode("ascii")


def _mark_of(body: bytes) -> tuple[int, str] | None:
    return next(((len(mark), codec) for mark, codec in _MARKS if body.startswith(mark)), None)


def _declared(body: bytes, content_type: str) -> str:
    """What XML or HTML says of itself. Whoever can read there that it is UTF-16 is mistaken."""
    name = declared_in_xml(body)
    if not name and ("html" in content_type or not content_type):
        found = _META.search(body[:_DECLARED_WITHIN])
        name = "" if found is None else found[1].decode("ascii")
    return _USUAL if name.lower().startswith(("utf-16", "utf-32")) else name


def _by_zeros(body: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, by the zero bytes of its first letters, which are ASCII."""
    head = body[:4]
    codec = json.detect_encoding(head) if len(head) > 1 and 0 in head else _USUAL
    letters = head.decode(codec, "replace")
    return codec if codec != _USUAL and letters.isascii() and "\0" not in letters else None
