"""No sentence stands in a template or in the code around it: all are in the files of words, and
those of Azerbaijani have every key.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from api.http.routes.page import WEB

OURS: Final = [
    path.relative_to(WEB).as_posix()
    for path in sorted(WEB.glob("*/*.js"))
    if path.parent.name != "vendor" and path.name != "again.js"  # words may be what did not come
]
_COMMENT: Final = re.compile(r"/\*.*?\*/|(?:^|\s)//[^\n]*", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r'(?:aria-label|aria-valuetext|title|placeholder|alt)="([^"]*)"')
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_TOLD: Final = re.compile(r"^[A-Z][a-z]+|[a-z]{2,} [a-z]{2,}")
_SENTENCE: Final = re.compile(r"^[A-Z][a-z]+ [a-z]")
_GLUED: Final = re.compile(r"^ [a-z]{2,} |\b[a-z]{2,} [a-z]{2,} |^[A-Z][a-z]+ ")
_HOLE: Final = "\0"


def chunks(code: str) -> Iterator[tuple[str, str]]:
    """What is written out in code: `html`, `template` or `string`, and its text with a mark for
    each value that is put in.
    """
    yield from _outside(_COMMENT.sub("\n", code), 0, "")[1]


def _outside(code: str, at: int, until: str) -> tuple[int, list[tuple[str, str]]]:
    """What code writes out up to its end, or to the bracket that closes a value."""
    found: list[tuple[str, str]] = []
    depth = 0
    while at < len(code):
        letter = code[at]
        if letter == until and depth == 0:
            return at + 1, found
        depth += (letter == "{") - (letter == "}")
        if letter == '"':
            end = _string_end(code, at)
            found.append(("string", code[at + 1 : end - 1]))
            at = end
        elif letter == "`":
            at, more = _template(code, at)
            found += more
        else:
            at += 1
    return at, found


def _string_end(code: str, at: int) -> int:
    end = re.compile(r'"(?:[^"\\\n]|\\.)*"').match(code, at)
    return end.end() if end else at + 1


def _template(code: str, at: int) -> tuple[int, list[tuple[str, str]]]:
    kind = "html" if code[:at].endswith("html") else "template"
    found: list[tuple[str, str]] = []
    text = ""
    at += 1
    while code[at] != "`":
        if code[at] == "\\":
            text, at = text + code[at : at + 2], at + 2
        elif code.startswith("${", at):
            at, more = _outside(code, at + 2, "}")
            found += more
            text += _HOLE
        else:
            text, at = text + code[at], at + 1
    return at + 1, [*found, (kind, text)]


def keys(code: str) -> set[str]:
    """The names of a file of words. A value that is written out is one letter by then, and what
    stands in round or square brackets names nothing.
    """
    code = _COMMENT.sub("\n", code).partition("export default ")[2]
    bare = re.sub(r'"(?:[^"\\\n]|\\.)*":?', lambda it: it[0] if it[0][-1] == ":" else "s", code)
    return set(_keys(_without_templates(bare)))


def _without_templates(code: str) -> str:
    while "`" in code:
        at = code.index("`")
        code = f"{code[:at]}s{code[_template(code, at)[0] :]}"
    return code


def _keys(code: str) -> Iterator[str]:
    path: list[str] = []
    deep, name = 0, ""
    for token in re.findall(r'[()\[\]{},]|=>|(?:\w+|"[^"]*"): ?(?=\S)', code):
        if token in "([":
            deep += 1
        elif token in ")]":
            deep -= 1
        elif deep:
            continue
        elif token == "{":
            path.append(name)
        elif token == "}":
            path.pop()
        elif token.endswith((":", ": ")):
            name = token.rstrip(": ").strip('"')
            yield ".".join([*path[1:], name])


def said(kind: str, text: str) -> bool:
    """Whether somebody would read a word of it."""
    if kind == "html":
        told = any(_TOLD.search(value) for value in _ATTRIBUTE.findall(text))
        return told or bool(_WORD.search(re.sub(r"<[^>]*>", "", text)))
    if re.search(r"\b(?:outscope|curl) ", text):  # to type, not to read
        return False
    pattern = _SENTENCE if kind == "string" else _GLUED
    return any(pattern.search(part) for part in text.split(_HOLE))


@pytest.mark.parametrize("name", OURS)
def test_no_sentence_stands_outside_the_words(name: str) -> None:
    found = [text for kind, text in chunks((WEB / name).read_text()) if said(kind, text)]
    assert found == []


def test_what_is_said_where_words_did_not_come_is_said_in_each_language() -> None:
    text, languages = ((WEB / "core" / name).read_text() for name in ("again.js", "languages.js"))
    told = re.findall(r'^    (\w+): "[^"]+",$', text, re.MULTILINE)
    assert told == re.findall(r"^    (\w+): \{ name:", languages, re.MULTILINE)


@pytest.mark.parametrize(
    "code",
    [
        "html`<p>Nothing is wrong.</p>`",
        "html`<p class=${one}>${words.a} and ${words.b}</p>`",
        'html`<b title="Show it">${x}</b>`',
        "html`${rows.map((one) => html`<li>${one} looks</li>`)}`",
        "const said = `${name} is ${fitness}`;",
        'const said = wrong ? "Something is wrong" : "";',
    ],
)
def test_a_sentence_outside_would_be_found(code: str) -> None:
    assert [text for kind, text in chunks(code) if said(kind, text)]


def test_every_folder_of_words_has_every_language() -> None:
    table = (WEB / "core" / "languages.js").read_text()
    languages = set(re.findall(r'^    (\w\w): \{ name: "', table, re.MULTILINE))
    assert {"en", "az", "ar"} <= languages
    folders: list[Path] = sorted(WEB.glob("*/words"))
    assert len(folders) >= 5
    for folder in folders:
        assert {path.stem for path in folder.iterdir()} == languages, folder.parent.name
        assert (folder.parent / "words.js").exists()


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in WEB.glob("*/words")))
def test_azerbaijani_has_every_key(folder: str) -> None:
    english, own = (
        keys((WEB / folder / "words" / f"{language}.js").read_text()) for language in ("en", "az")
    )
    own_names = ("calendar", "countries")
    assert len(english) > 5
    assert {key for key in english ^ own if not key.startswith(own_names)} == set()


def test_keys_are_found_wherever_they_stand() -> None:
    code = """
        import { plural } from "x";
        export default {
          a: "one, two: three",
          b: { c: "x", "24h": (n) => `${plural(n, { one: "#" })} of: ${n}` },
          d: (what, where) => (what ? `${what}: ${where}` : where), // e: no
          f: ["g: h", "i"],
        };
    """
    assert keys(code) == {"a", "b", "b.c", "b.24h", "d", "f"}
