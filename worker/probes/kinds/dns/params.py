"""What a dns check asks whom, and what the answer must be."""

from functools import cached_property
from typing import Any, ClassVar, Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

import dns.exception
import dns.flags
import dns.message
import dns.rdatatype
from pydantic import Field, field_validator, model_validator

from worker.contract.kind import CheckParams
from worker.contract.target import Target
from worker.probes.kinds.dns.letters import name_of
from worker.probes.kinds.dns.values import Value, values_meant
from worker.probes.parameters.agreement import Contradiction, agreed
from worker.probes.parameters.place import HostName, IpVersion, SlowMs
from worker.probes.tls.certified import COMMON_NAME

RecordType = Literal[
    "A", "AAAA", "CAA", "CNAME", "DS", "DNSKEY", "HTTPS", "MX", "NS", "PTR", "SOA", "SRV", "TXT"
]
Transport = Literal["udp", "tcp", "tls", "https"]
_PORTS: Final[dict[Transport, int]] = {"udp": 53, "tcp": 53, "tls": 853, "https": 443}

_JOINERS: Final = dict.fromkeys((0x200C, 0x200D), "")
"""They say how the letters beside them are drawn, and are part of names (RFC 5892, appendix A)."""


class DnsParams(CheckParams):
    """What to ask whom, and what the answer must be."""

    schemes: ClassVar[tuple[str, ...]] = ("dns",)

    name: str = Field(min_length=1, max_length=253, description="Name to look up.")
    record: RecordType = Field(default="A", description="Type of the record.")
    server: HostName | None = Field(
        default=None,
        description="Server to ask; default: the resolvers of the worker's machine.",
    )
    transport: Transport = Field(
        default="udp",
        description=(
            "How to ask the server: udp (and tcp when the answer is too long for it), tcp, tls"
            " (DoT) or https (DoH)."
        ),
    )
    port: int | None = Field(
        default=None, ge=1, le=65535, description="Port of the server; default: the transport's."
    )
    path: str = Field(
        default="/dns-query",
        pattern=r"^/[\x21-\x7e]*$",
        max_length=1024,
        description="Path of the server's DoH.",
    )
    server_name: HostName | None = Field(
        default=None,
        description="Name in the server's certificate, for tls; default: the server.",
    )
    common_name: bool = Field(default=False, description=COMMON_NAME)
    ip_version: IpVersion = Field(
        default="any", description="Ask the server over IPv4 or IPv6 only."
    )
    slow_ms: SlowMs | None = Field(
        default=None, description="A look that takes longer is a failure: slow."
    )
    answers: tuple[str, ...] = Field(
        default=(), description="Values that are expected in the answer."
    )
    match: Literal["any", "all", "exactly"] = Field(
        default="any",
        description="Whether one of `answers` must be there, all of them, or they and no others.",
    )
    missing: bool = Field(default=False, description="Expect that the name does not exist.")
    dnssec: bool = Field(
        default=False,
        description="Expect that the server has validated the answer and says so (the AD bit).",
    )

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if value != value.strip() or not value.translate(_JOINERS).isprintable():
            raise ValueError(f"{value!r} has blanks around it, or letters that nobody can see")
        try:
            name_of(value)
        except (dns.exception.DNSException, UnicodeError) as error:
            raise ValueError(f"{value!r} is not a DNS name") from error
        return value

    @model_validator(mode="after")
    def _agrees(self) -> "DnsParams":
        return agreed(self, _CONTRADICTIONS)

    def targets(self) -> tuple[Target, ...]:
        """The server, over HTTPS by a web request, too; else the resolvers of the worker's machine,
        which its operator chose.
        """
        if self.server is None:
            return (Target("dns", None),)
        schemes = ("dns", "https") if self.transport == "https" else ("dns",)
        return tuple(Target(scheme, self.server, self.target_port) for scheme in schemes)

    @classmethod
    def from_url(cls, url: str) -> dict[str, Any]:
        """`dns://1.1.1.1/example.com?type=AAAA`; without a server, `dns:example.com` and
        `dns:///example.com` ask the machine's own resolvers.
        """
        parts = urlsplit(url)
        name = unquote(parts.path.strip("/"))
        if not name:
            raise ValueError(
                "the name to ask for is missing; write dns://server/name?type=A, or dns:///name"
            )
        record = parse_qs(parts.query).get("type", ["A"])[0].upper()
        params: dict[str, Any] = {"name": name, "record": record}
        if parts.hostname:
            params["server"] = parts.hostname
        return {**params, "port": parts.port} if parts.port else params

    @property
    def target_port(self) -> int:
        """Port of the server, the transport's own when none is given."""
        return self.port or _PORTS[self.transport]

    @cached_property
    def question(self) -> dns.message.Message:
        """The question; its number is made anew for each look."""
        question = dns.message.make_query(
            name_of(self.name), self.record, use_edns=True, want_dnssec=self.dnssec
        )
        if self.dnssec:
            question.flags |= dns.flags.AD
        return question

    @cached_property
    def wire(self) -> bytes:
        """The question as it is sent, behind its number."""
        return self.question.to_wire()[2:]

    @cached_property
    def bare_wire(self) -> bytes:
        """The same without EDNS, for servers that do not know it."""
        question = dns.message.make_query(name_of(self.name), self.record, use_edns=False)
        if self.dnssec:
            question.flags |= dns.flags.AD
        return question.to_wire()[2:]

    @cached_property
    def rdtype(self) -> dns.rdatatype.RdataType:
        """`record`, as answers carry it."""
        return dns.rdatatype.from_text(self.record)

    @cached_property
    def wanted(self) -> tuple[tuple[str, frozenset[Value]], ...]:
        """`answers`, each as it is written and with the values that it may mean."""
        return tuple((text, values_meant(self.record, text)) for text in self.answers)


_CONTRADICTIONS: Final[tuple[Contradiction[DnsParams], ...]] = (
    (
        lambda p: p.server is None and (p.transport != "udp" or p.port is not None),
        "transport and port are for a server of yours; name it",
    ),
    (
        lambda p: p.server_name is not None and p.transport != "tls",
        "server_name is for transport: tls only",
    ),
    (
        lambda p: p.common_name and p.transport not in ("tls", "https"),
        "common_name is for transport: tls and https",
    ),
    (
        lambda p: p.missing and p.answers,
        "a name that does not exist has no answers; give missing or answers, not both",
    ),
)
