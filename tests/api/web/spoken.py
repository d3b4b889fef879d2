"""What the files of words say, as a browser loads them, and what of it is seen on a page."""

import json
from dataclasses import dataclass
from typing import Any, Final

from selenium.webdriver import Chrome

from api.http.routes.page import WEB

FOLDERS: Final = sorted(path.parent.name for path in WEB.glob("*/words"))
_READ: Final = """
    const [folders, language, done] = arguments;
    const plain = (value) =>
        ({kind: Array.isArray(value) ? `list of ${value.length}` : "text", value});
    const told = (value) => {
        if (typeof value !== "function") return plain(value);
        const [, head, body] = value.toString().match(/^\\(?([^)=]*)\\)?\\s*=>([\\s\\S]*)$/);
        const names = head.split(",").map((name) => name.trim()).filter(Boolean);
        const isUsed = (name) => new RegExp(`\\\\b${name}\\\\b`).test(body);
        const used = names.map((name, place) => isUsed(name) ? place : -1);
        return {kind: `of ${used.filter((place) => place >= 0)}`, value: null};
    };
    const flat = (group, before) => Object.entries(group).flatMap(([name, value]) =>
        value !== null && typeof value === "object" && !Array.isArray(value)
            ? flat(value, `${before}${name}.`) : [[`${before}${name}`, told(value)]]);
    const named = ({default: group}, place) => flat(group, `${folders[place]}: `);
    Promise.all(folders.map((one) => import(`/web/${one}/words/${language}.js`)))
        .then((all) => done(all.flatMap(named)));
"""
_SEEN: Final = """
    const found = [];
    const names = ["aria-label", "aria-valuetext", "title", "placeholder", "data-tip"];
    names.push("data-label");
    const kinds = NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT;
    const walker = document.createTreeWalker(document.body, kinds);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
        if (element.closest("[lang=en], noscript, script")) continue;
        if (node === element) found.push(...names.map((name) => node.getAttribute(name) ?? ""));
        else found.push(node.textContent);
    }
    return [document.title, ...found].map((text) => text.trim()).filter(Boolean);
"""


@dataclass(frozen=True)
class Sentence:
    """`kind` is text, a list, or of which of its arguments it makes use."""

    kind: str
    value: Any


def sentences(browser: Chrome, language: str) -> dict[str, Sentence]:
    """All that a language has, by folder and key. A page of ours must be open."""
    found = browser.execute_async_script(_READ, FOLDERS, language)
    return {key: Sentence(**told) for key, told in found}


def seen(browser: Chrome) -> list[str]:
    """Every text that the page has or tells, but for what is marked as English."""
    found: list[str] = browser.execute_script(_SEEN)
    return found


def at(site: str, path: str, language: str) -> str:
    """The address of a view in a language."""
    return f"{site}{path}{'&' if '?' in path else '?'}lang={language}"


def run(browser: Chrome, module: str, body: str) -> Any:
    """What a function body makes of a module of the page, `m`."""
    script = f"""
        const done = arguments[0];
        import("/web/{module}").then((m) => done(JSON.stringify((() => {{ {body} }})())));
    """
    return json.loads(browser.execute_async_script(script))
