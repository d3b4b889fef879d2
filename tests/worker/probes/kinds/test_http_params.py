"""Parameters of the http kind that are refused, and those of the docs that are not."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from worker.probes.kinds.http import HttpParams

HOW_TO = Path(__file__).resolve().parents[4] / "docs" / "how-to" / "look-over-http.md"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://",
        "http://user:secret@example.org/",
        "http://1.1.1.1@127.0.0.1/",
        "http://example.org/a b",
        "http://example.org:99999/",
        "//example.org",
        "http://b\u00fccher.example/",
        "http://a..b/",
    ],
)
def test_a_url_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        HttpParams(url=url)


@pytest.mark.parametrize("headers", [{"A B": "1"}, {"A": "1\r\nEvil: 1"}, {"": "1"}])
def test_headers_that_would_smuggle_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="headers"):
        HttpParams(url="http://example.org/", headers=headers)


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "get"},
        {"method": "GET /"},
        {"method": "CONNECT"},
        {"method": "HEAD", "expect": {"min_bytes": 1}},
        {"body_limit": 10, "expect": {"max_bytes": 11}},
        {"resolve": {"a.test": "b.test"}},
        {"resolve": {"a.test:80": "192.0.2.1"}},
        {"headers": {"Authorization": "x"}, "auth": {"bearer": "${env:OUTSCOPE_SECRET_A}"}},
        {"reuse": True, "proxy": {"url": "http://192.0.2.1:8080"}},
        {"ip_version": "6", "url": "http://192.0.2.1/"},
        {"ip_version": "4", "resolve": {"example.org": "::1"}},
    ],
)
def test_what_does_not_go_together_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="HttpParams"):
        HttpParams.model_validate({"url": "http://example.org/", **wrong})


@pytest.mark.parametrize(
    "example", re.findall(r"```yaml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.S)
)
def test_the_examples_of_the_docs_are_right(example: str) -> None:
    for alternative in example.split("  # or\n"):
        given = yaml.safe_load(alternative)
        check = given[0] if isinstance(given, list) else given
        own = {name: value for name, value in check.items() if name not in ("id", "kind")}
        HttpParams.model_validate({"url": "https://a.example/", **own})
