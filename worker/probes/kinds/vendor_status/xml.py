"""XML from strangers, read by expat: no document types, no entities of their own, and not too much
of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from worker.probes.http.answers.text import charset_in, codec_of, declared_in_xml, text_of

DEEPEST: Final = 32
MOST: Final = 50_000
"""Elements of one document."""


class XmlError(ValueError):
    """Not XML, or XML that nobody needs who publishes a feed."""


@dataclass(slots=True)
class Element:
    """An element by its local name: names of feeds do not clash."""

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, without the elements around it."""
        return "".join(self.parts) + "".join(child.text for child in self.children)

    def all(self, name: str) -> Iterator["Element"]:
        """The children of this name."""
        return (child for child in self.children if child.name == name)

    def first(self, *wanted: str) -> str:
        """The text of the first child that has one of these names and says something, in order of
        the names.
        """
        found = (child.text.strip() for name in wanted for child in self.all(name))
        return next((text for text in found if text), "")


def parse(body: bytes, content_type: str = "") -> Element:
    """The root of a document with this Content-Type. What expat cannot read is read by us: it knows
    four encodings, and feeds of the world come in some forty.
    """
    text = _text(body, content_type)
    tree = _Tree()
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.said
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise XmlError(f"it is no XML: {error}") from error
    if tree.root is None:
        raise XmlError("it has no element")
    return tree.root


def _text(body: bytes, content_type: str) -> str:
    declared = declared_in_xml(body)
    if declared and codec_of(charset_in(content_type) or declared) is None:
        raise XmlError(f"nobody knows the encoding {declared[:40]!r}")
    return text_of(body, content_type).lstrip()


def _refuse(*_declared: object) -> None:
    raise XmlError("it declares a document type, as a page does and a feed does not")


class _Tree:
    """Grows as expat reads."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST or len(self._open) >= DEEPEST:
            raise XmlError("it is larger or deeper than a feed")
        element = Element(
            name.rpartition(" ")[2],
            {key.rpartition(" ")[2]: text for key, text in attributes.items()},
        )
        if self._open:
            self._open[-1].children.append(element)
        self.root = self.root or element
        self._open.append(element)

    def end(self, _name: str) -> None:
        self._open.pop()

    def said(self, text: str) -> None:
        self._open[-1].parts.append(text)
