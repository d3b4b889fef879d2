"""Values of records, compared as their type says: addresses as numbers, names without capitals and
with or without the dot of the root, text exactly. Pure.

Sources: RFC 1035 (master files), RFC 4034 section 6.2 (canonical form), RFC 7208 section 3.3 (the
strings of a TXT record are one text), RFC 6763 section 6.4 (keys in TXT have no capitals), RFC 8659
(CAA).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, Final

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from worker.probes.kinds.dns.letters import AS_BROWSERS_DO

Value = bytes | tuple[bytes, ...]
"""The same for the same value, however it is written."""
_PAIR: Final = re.compile(rb"([^=\s]+)=(.*)", re.S)
_CAA: Final = re.compile(r"(\d+)\s+(\w+)\s+(.*)", re.S)
_OF_AUTHORITIES: Final = frozenset({b"issue", b"issuewild", b"issuemail"})


def value_of(record: Any) -> Value:
    """The value of a record of an answer."""
    read = _OF_TYPES.get(dns.rdatatype.to_text(record.rdtype), _canonical)
    return read(record)


def values_meant(record_type: str, text: str) -> frozenset[Value]:
    """What a written value may mean, in the form of master files or without its quotes; nothing,
    when it can be no value of this type.
    """
    read = _WRITTEN.get(record_type, _plain)
    return frozenset(read(record_type, text))


def _address(_record_type: str, text: str) -> Iterator[Value]:
    with suppress(ValueError):
        yield ip_address(text.strip(' "[]').rstrip(".")).packed


def _texts(record_type: str, text: str) -> Iterator[Value]:
    yield _keyed(text.encode())
    written = text.strip() if '"' in text else f'"{text}"'
    if _unquoted(written) != written:
        yield from _parsed(record_type, written)


def _authorities(_record_type: str, text: str) -> Iterator[Value]:
    for parts in filter(None, [_CAA.fullmatch(text.strip())]):
        yield _authority(int(parts[1]), parts[2].encode(), _unquoted(parts[3]).encode())


def _plain(record_type: str, text: str) -> Iterator[Value]:
    return _parsed(record_type, _unquoted(text.strip()))


def _parsed(record_type: str, text: str) -> Iterator[Value]:
    with suppress(dns.exception.DNSException, ValueError):
        yield value_of(
            dns.rdata.from_text(
                dns.rdataclass.IN,
                dns.rdatatype.from_text(record_type),
                text,
                origin=dns.name.root,
                relativize=False,
                idna_codec=AS_BROWSERS_DO,
            )
        )


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _text(record: Any) -> Value:
    return _keyed(b"".join(record.strings))


def _keyed(text: bytes) -> Value:
    """A text whose key, when it begins with one, has no capitals."""
    pair = _PAIR.fullmatch(text)
    return text if pair is None else pair[1].lower() + b"=" + pair[2]


def _authority(flags: int, tag: bytes, value: bytes) -> Value:
    """A CAA record: an authority is a domain, and what follows it are its own parameters."""
    tag = tag.lower()
    if tag in _OF_AUTHORITIES:
        domain, *parameters = (part.strip() for part in value.split(b";"))
        value = b";".join((domain.lower().rstrip(b"."), *(part for part in parameters if part)))
    return str(flags).encode(), tag, value


def _canonical(record: Any) -> Value:
    wire: bytes = record.to_digestable(origin=dns.name.root)
    return wire


_OF_TYPES: Final[Mapping[str, Callable[[Any], Value]]] = {
    "TXT": _text,
    "CAA": lambda record: _authority(record.flags, record.tag, record.value),
    "HTTPS": lambda record: _canonical(record.replace(target=record.target.canonicalize())),
}
_WRITTEN: Final[Mapping[str, Callable[[str, str], Iterator[Value]]]] = {
    "A": _address,
    "AAAA": _address,
    "TXT": _texts,
    "CAA": _authorities,
}
