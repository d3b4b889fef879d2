"""Secrets that checks would send to whom they are not for.

A guard against mistakes, before anything is stored. What holds when an order is not ours is what
each worker was told itself: OUTSCOPE_SECRET_NAME_HOSTS.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from coordinator.configuration.check import SECRET_PREFIX, Kinds, checks_in, given
from coordinator.configuration.model import SecretEntry
from coordinator.configuration.reading.mistake import KeyPath, Mistake
from coordinator.configuration.reading.source import Source, walk
from worker.contract.target import read_hosts

_NAME: Final = re.compile(r"\$\{env:(" + SECRET_PREFIX + r"[A-Za-z0-9_]+)\}")


def misdirected(
    sources: Sequence[Source], kinds: Kinds, secrets: Mapping[str, SecretEntry]
) -> Iterator[Mistake]:
    """One mistake for each secret of a check and host that may not have it; none when nothing is
    said about any. The sources have no other mistakes.
    """
    if not secrets:
        return
    hosts = {SECRET_PREFIX + name.upper(): entry.hosts for name, entry in secrets.items()}
    for source in sources:
        for path, check in checks_in(source):
            for text, name, host in sorted(set(_told(check, kinds))):
                sentence = _objection(name, host, hosts)
                if sentence is not None:
                    yield source.mistake(_place(check, path, text), sentence)


def unbound(
    sources: Sequence[Source], kinds: Kinds, secrets: Mapping[str, SecretEntry]
) -> dict[str, list[str]]:
    """The hosts that would get each secret that the configuration says nothing about, by its key
    in `secrets`. The sources have no mistakes.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        for _, check in checks_in(source):
            for _, name, host in _told(check, kinds):
                found[name.removeprefix(SECRET_PREFIX).lower()].add(host)
    return {key: sorted(hosts) for key, hosts in sorted(found.items()) if key not in secrets}


def _told(check: Mapping[str, Any], kinds: Kinds) -> Iterator[tuple[str, str, str]]:
    """Each text with a secret, the secret's variable, and a host that would get it."""
    model = kinds[check["kind"]]
    for text, host in model.model_validate(given(check, model)).tells():
        for name in _NAME.findall(text):
            yield text, name, host


def _objection(name: str, host: str, hosts: Mapping[str, Sequence[str]]) -> str | None:
    key = name.removeprefix(SECRET_PREFIX).lower()
    if name not in hosts:
        return f"{name} is not among `secrets`; add {key}: {{hosts: [{host}]}}, or use another"
    if read_hosts(hosts[name]).has(host):
        return None
    return f"{name} must not go to {host}; if it may, add {host} to secrets.{key}.hosts"


def _place(check: Mapping[str, Any], path: KeyPath, text: str) -> KeyPath:
    """The first key that holds the text."""
    return next((inner for inner, value in walk(check, path) if value == text), path)
