"""A URL as a check: which kind looks at it, and with which parameters."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import yaml

SCHEMES = ("http", "https", "tcp", "tls", "dns")


class TargetError(ValueError):
    """A target that names no check; the sentence says how to write one."""


def check_of(target: str, kind: str | None = None) -> tuple[str, dict[str, Any]]:
    """The kind and parameters of a look at `target`; TargetError when it is not understood.

    `kind` decides over the URL's scheme: `tls` of `https://example.com` looks at the certificate
    alone.
    """
    try:
        parts = urlsplit(target if "://" in target else f"{kind}://{target}")
        port = parts.port
    except ValueError as error:
        raise TargetError(str(error)) from error
    if parts.scheme not in SCHEMES:
        raise TargetError(
            f"unknown scheme {parts.scheme!r}; write one of {', '.join(f'{s}://' for s in SCHEMES)}"
        )
    wanted = kind or ("http" if parts.scheme == "https" else parts.scheme)
    if wanted == "http":
        return wanted, {"url": target if "://" in target else f"https://{target}"}
    if wanted == "dns":
        return wanted, _question(parts, port)
    if not parts.hostname:
        raise TargetError(f"write {wanted}://host:port")
    return wanted, _place(parts, port, wanted)


def with_params(params: dict[str, Any], more: Iterable[str]) -> dict[str, Any]:
    """The parameters with further ones such as `expect.status=[200, 401]`, whose values are YAML;
    else TargetError.
    """
    whole: dict[str, Any] = dict(params)
    for text in more:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise TargetError(f"{text!r} is no parameter; write NAME=VALUE, such as http_version=2")
        *path, last = name.split(".")
        place = whole
        for step in path:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise TargetError(f"{name} cannot be set: {step} has a value already")
        try:
            place[last] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise TargetError(f"the value of {name} cannot be read: {value!r}") from error
    return whole


def _place(parts: SplitResult, port: int | None, kind: str) -> dict[str, Any]:
    usual = 80 if parts.scheme == "http" else 443 if parts.scheme in ("https", "tls") else None
    number = port or usual
    if number is None:
        raise TargetError(f"a port is missing; write {kind}://{parts.hostname}:443")
    return {"host": parts.hostname, "port": number}


def _question(parts: SplitResult, port: int | None) -> dict[str, Any]:
    """`dns://1.1.1.1/example.com?type=AAAA`; without a server, `dns:///example.com` asks the
    machine's own.
    """
    name = unquote(parts.path.strip("/"))
    if not name:
        raise TargetError(
            "the name to ask for is missing; write dns://server/name?type=A, or dns:///name"
        )
    asked = parse_qs(parts.query)
    params: dict[str, Any] = {"name": name, "record": asked.get("type", ["A"])[0].upper()}
    if parts.hostname:
        params["server"] = parts.hostname
    return {**params, "port": port} if port else params
