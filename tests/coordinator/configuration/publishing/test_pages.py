"""Status pages in a file: what may be in them, and that a logo can do no harm."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from coordinator.configuration import Configuration
from coordinator.configuration.changing.changes import changes
from coordinator.configuration.changing.written import written
from coordinator.configuration.publishing.logo import MOST_BYTES, decoded
from coordinator.configuration.publishing.pages import pages_of

Load = Callable[[str], Configuration]
Mistakes = Callable[[str], list[str]]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
NASTY = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 viewBox="0 0 9 9" onload="alert(1)"><script>alert(2)</script><style>@import url(//x)</style>
 <foreignObject><body xmlns="http://www.w3.org/1999/xhtml">page</body></foreignObject>
 <a href="javascript:alert(3)"><rect width="1" height="1"/></a>
 <image href="https://elsewhere.example/x.png"/><use xlink:href="https://elsewhere.example/#a"/>
 <use href="#inner"/><rect id="inner" width="5" height="5" fill="url(#own)" onclick="alert(4)"
  style="background:url(//elsewhere)" stroke="url(https://elsewhere.example/)"/>
 <set attributeName="href" to="javascript:alert(5)"/><path d="M0 0L9 9" fill="red"/></svg>"""


def url_of(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def test_a_page_needs_no_more_than_an_id(load: Load, valid_yaml: str) -> None:
    found = load(f"{valid_yaml}status_pages: [{{id: all}}]\n")
    (page,) = pages_of(found.document)
    assert (page.id, page.title, page.services, page.logo, page.regions) == (
        *("all", "all", None, ""),
        True,
    )
    assert page.shows(found.topology) == [], "nothing is public by itself"


def test_a_page_is_stored_as_it_was_written(load: Load, valid_yaml: str, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(PNG)
    text = f"""{valid_yaml}status_pages:
  - {{id: shop, title: The shop, logo: logo.png, services: [shop], regions: false,
     home: "https://shop.example", colours: {{brand: "#FC0", brand_dark: "#112233"}}}}
"""
    found = load(text)
    (page,) = pages_of(found.document)
    assert decoded(page.logo) == ("image/png", PNG)
    assert (page.brand, page.brand_dark, page.home) == (
        "#ffcc00",
        "#112233",
        "https://shop.example",
    )
    assert [one.id for one in page.shows(found.topology)] == ["shop"]
    again = written(found.document)["status_pages"][0]
    assert again == dict(found.document["status_pages"][0])
    (tmp_path / "logo.png").write_bytes(PNG + b"more")
    (change,) = changes(found, load(text))
    assert (change.what, change.id) == ("status page", "shop")
    assert [old for _, old, _ in change.fields] == ["an image of 72 bytes"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{title: x}", "`id` is missing"),
        ("{id: 'A b'}", "'A b' cannot be an id"),
        ("{id: a, colour: red}", "is not a known key; did you mean `colours`?"),
        ("{id: a, colours: {brand: red}}", "'red' is not a colour; write one such as \"#0b57d0\""),
        ('{id: a, title: "x\\u202e"}', "holds the control character U+202E"),
        ("{id: a, services: []}", "must not be empty"),
        ("{id: a, services: [shoop]}", "'shoop' is not one of the services; did you mean `shop`?"),
        ("{id: a, home: 'javascript:alert(1)'}", "is not a web address"),
        ("{id: a, home: 'https://me:secret@x.example'}", "is not a web address"),
        ("{id: a}, {id: a}", "'a' is there already; choose another"),
        ("{id: a, logo: none.png}", "none.png cannot be read: no such file or directory"),
        ("{id: a, logo: outscope.yaml}", "is no logo by its name"),
        ("{id: a, logo: 'data:text/html;base64,AAAA'}", "is no logo; name a .svg"),
        ("{id: a, logo: 'data:image/png;base64,AAAA'}", "is called image/png and is none"),
        ("{id: a, logo: 'data:image/png;base64,AAA'}", "holds no good base64"),
    ],
)
def test_mistakes_say_what_to_do(
    mistakes: Mistakes, valid_yaml: str, entry: str, said: str
) -> None:
    (found,) = mistakes(f"{valid_yaml}status_pages: [{entry}]\n")
    assert said in found
    assert found.startswith("outscope.yaml:11:")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<svg", "is called SVG and is none"),
        (b"<html/>", "its root is svg"),
        (b"<!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg/>", "declares entities"),
        (b"<\xff/>", "is called SVG and is none"),
        (b"<" + bytes(MOST_BYTES), f"a logo has at most {MOST_BYTES}"),
    ],
)
def test_a_bad_drawing_is_refused(
    mistakes: Mistakes, valid_yaml: str, tmp_path: Path, data: bytes, said: str
) -> None:
    (tmp_path / "logo.svg").write_bytes(data)
    for logo in ("logo.svg", url_of("image/svg+xml", data)):
        (found,) = mistakes(f"{valid_yaml}status_pages: [{{id: a, logo: '{logo}'}}]\n")
        assert said in found


def test_of_a_drawing_only_what_draws_is_kept(load: Load, valid_yaml: str, tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(NASTY)
    found = load(f"{valid_yaml}status_pages: [{{id: a, logo: logo.svg}}]\n")
    media_type, kept = decoded(pages_of(found.document)[0].logo)
    assert media_type == "image/svg+xml"
    text = kept.decode()
    for gone in ("alert", "elsewhere", "script", "style", "foreignObject", "onload", "import"):
        assert gone not in text
    assert '<path d="M0 0L9 9" fill="red"' in text
    assert 'fill="url(#own)"' in text
    assert '<use href="#inner"' in text
