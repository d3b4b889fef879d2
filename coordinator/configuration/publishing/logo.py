"""Logos of status pages: an image within the configuration as a `data:` URL, of few types and a
bounded size; of an SVG only what draws is kept.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError, XMLParser, register_namespace, tostring

MOST_BYTES: Final = 65_536
SVG: Final = "image/svg+xml"
_TYPES: Final[Mapping[str, str]] = {
    ".svg": SVG,
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
_BEGINS: Final[Mapping[str, re.Pattern[bytes]]] = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    SVG: re.compile(rb"\s*(\xef\xbb\xbf)?\s*<"),
}
_URL: Final = re.compile(r"data:(image/[a-z+]+);base64,([A-Za-z0-9+/=]+)")
_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_DRAWS: Final = frozenset(
    f"{{{_NAMESPACE}}}{name}"
    for name in (
        *("svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
        *("text", "tspan", "title", "desc", "defs", "clipPath", "mask", "use", "symbol"),
        *("linearGradient", "radialGradient", "stop"),
    )
)
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_ELSEWHERE: Final = re.compile(r"url\(\s*['\"]?(?!#)|javascript:|data:|expression\(", re.IGNORECASE)
_DECLARES: Final = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
register_namespace("", _NAMESPACE)


def harmless(url: str) -> str:
    """The logo of a `data:` URL as it may be served; ValueError says what is wrong with it."""
    media_type, data = decoded(url)
    made = _drawing(data) if media_type == SVG else data
    return encoded(media_type, made)


def decoded(url: str) -> tuple[str, bytes]:
    """Type and bytes of a `data:` URL; ValueError when it holds no such image."""
    found = _URL.fullmatch(url)
    if found is None or found[1] not in _BEGINS:
        raise ValueError(
            "is no logo; name a .svg, .png, .jpg or .webp file beside this one, or write"
            " data:image/png;base64,..."
        )
    try:
        data = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        raise ValueError("holds no good base64; encode the image again") from None
    if len(data) > MOST_BYTES:
        raise ValueError(
            f"is {len(data)} bytes large; a logo has at most {MOST_BYTES}, so make it smaller"
        )
    if not _BEGINS[found[1]].match(data):
        raise ValueError(f"is called {found[1]} and is none; save it as what it is called")
    return found[1], data


def encoded(media_type: str, data: bytes) -> str:
    """The `data:` URL of an image."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def logo_file(path: Path) -> str:
    """The `data:` URL of a file; ValueError when it is no logo."""
    media_type = _TYPES.get(path.suffix.lower())
    if media_type is None:
        raise ValueError("is no logo by its name; name a .svg, .png, .jpg or .webp file")
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ValueError(
            f"{path} cannot be read: {why}; the path is relative to this file"
        ) from None
    return harmless(encoded(media_type, data))


def _drawing(data: bytes) -> bytes:
    """An SVG of what draws alone: no script, no style sheet, no handler, nothing from elsewhere."""
    try:
        text = data.decode("utf-8-sig")
        if _DECLARES.search(text):
            raise ValueError("declares entities or a document type; save it as plain SVG")
        parser = XMLParser()  # noqa: S314 - nothing is declared, so nothing expands
        parser.feed(text)
        root: Element = parser.close()
    except (UnicodeDecodeError, ParseError):
        raise ValueError("is called SVG and is none; save it as SVG in UTF-8") from None
    if root.tag != f"{{{_NAMESPACE}}}svg":
        raise ValueError("is XML and no SVG; its root is svg of http://www.w3.org/2000/svg")
    _keep(root, lambda child: child.tag in _DRAWS)
    drawn: bytes = tostring(root, encoding="utf-8")
    return drawn


def _keep(element: Element, draws: Callable[[Element], bool]) -> None:
    for name, value in list(element.attrib.items()):
        if not _is_harmless(name, value):
            del element.attrib[name]
    for child in list(element):
        if draws(child):
            _keep(child, draws)
        else:
            element.remove(child)


def _is_harmless(name: str, value: str) -> bool:
    """A presentation attribute, or a link to something within the same file."""
    bare = name.rpartition("}")[2].lower()
    if bare == "href":
        return value.startswith("#")
    if name != name.rpartition("}")[2] or bare.startswith("on"):
        return False
    return bool(_PLAIN.fullmatch(name)) and not _ELSEWHERE.search(value)
