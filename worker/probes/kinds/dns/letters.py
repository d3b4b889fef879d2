"""Names of the DNS in letters beyond ASCII, as browsers write them. Pure."""

from typing import Final

import dns.name

from worker.contract.target import ascii_host


class _AsBrowsersDo(dns.name.IDNACodec):
    """What dnspython asks to write a label in ASCII; its own ways are stricter, or older."""

    def encode(self, label: str) -> bytes:
        return ascii_host(label).encode("ascii")


AS_BROWSERS_DO: Final = _AsBrowsersDo()  # type: ignore[no-untyped-call]


def name_of(text: str) -> dns.name.Name:
    """The name; DNSException or UnicodeError when it is none."""
    return dns.name.from_text(text, idna_codec=AS_BROWSERS_DO)
