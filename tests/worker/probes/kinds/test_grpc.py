"""The grpc kind against a real gRPC server with the health service of gRPC's own library."""

import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
import trustme
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from tests.worker.probes.conftest import Listener, LookAt
from worker.contract.outcome import Blame, Reason
from worker.contract.target import Target
from worker.probes.kinds.grpc.kind import GrpcParams
from worker.probes.kinds.grpc.message import health_request, health_status
from worker.probes.run import Vantage

Vantages = Callable[..., Vantage]
Web = Callable[..., Awaitable[Listener]]
Serving = health_pb2.HealthCheckResponse


class Guarded(grpc.ServerInterceptor):
    """Lets in whoever has the word, keeps what metadata came in, and fails as it is told."""

    def __init__(self) -> None:
        self.metadata: dict[str, str] = {}
        self.word: str | None = None
        self.code: grpc.StatusCode | None = None
        self.delay_s = 0.0

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        self.metadata = dict(details.invocation_metadata)
        time.sleep(self.delay_s)
        if self.word is not None and self.metadata.get("authorization") != self.word:
            return self.failing(
                grpc.StatusCode.UNAUTHENTICATED, f"not {self.metadata.get('authorization')}"
            )
        return continuation(details) if self.code is None else self.failing(self.code, "by order")

    def failing(self, code: grpc.StatusCode, words: str) -> Any:
        return grpc.unary_unary_rpc_method_handler(
            lambda _request, context: context.abort(code, words)
        )


@contextmanager
def serving(
    credentials: grpc.ServerCredentials | None = None, *, host: str = "127.0.0.1"
) -> Iterator[tuple[int, health.HealthServicer, Guarded]]:
    """A server: its port, its health, and its guard."""
    guard, servicer = Guarded(), health.HealthServicer()
    server = grpc.server(ThreadPoolExecutor(4), interceptors=[guard])
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    address = f"{host}:0"
    port = (
        server.add_insecure_port(address)
        if credentials is None
        else server.add_secure_port(address, credentials)
    )
    server.start()
    try:
        yield port, servicer, guard
    finally:
        server.stop(None).wait()


def credentials(authority: trustme.CA, **options: Any) -> grpc.ServerCredentials:
    leaf = authority.issue_cert("127.0.0.1", **options)
    chain = b"".join(pem.bytes() for pem in leaf.cert_chain_pems)
    return grpc.ssl_server_credentials([(leaf.private_key_pem.bytes(), chain)])


async def test_a_server_that_serves_is_well(look_at: LookAt) -> None:
    with serving() as (port, servicer, guard):
        servicer.set("shop.Cart", Serving.SERVING)
        params = {"host": "127.0.0.1", "port": port, "tls": False}
        whole = await look_at("grpc", **params)
        one = await look_at("grpc", service="shop.Cart", **params)

    for outcome in (whole, one):
        assert outcome.ok, outcome
        assert (outcome.extra["grpc_status"], outcome.extra["health"]) == ("OK", "SERVING")
        assert outcome.total_ms == pytest.approx(
            (outcome.connect_ms or 0) + (outcome.ttfb_ms or 0), abs=0.01
        )
    assert guard.metadata["user-agent"].startswith("outscope")


async def test_a_service_that_does_not_serve_is_the_targets_fault(look_at: LookAt) -> None:
    with serving() as (port, servicer, _):
        servicer.set("shop.Cart", Serving.NOT_SERVING)
        params = {"host": "127.0.0.1", "port": port, "tls": False}
        sick = await look_at("grpc", service="shop.Cart", **params)
        unknown = await look_at("grpc", service="shop.Nothing", **params)

    assert (sick.reason, sick.blame, sick.detail) == (
        Reason.STATUS,
        Blame.TARGET,
        "the server says NOT_SERVING",
    )
    assert (unknown.reason, unknown.blame) == (Reason.STATUS, Blame.TARGET)
    assert unknown.extra["grpc_status"] == "NOT_FOUND"
    assert unknown.trace


async def test_over_tls_the_certificate_is_judged(
    look_at: LookAt, vantages: Vantages, authority: trustme.CA, ca_file: str
) -> None:
    ends = datetime.now(UTC) + timedelta(days=10.5)
    with serving(credentials(authority, not_after=ends)) as (port, _, _):
        params = {"host": "127.0.0.1", "port": port}
        vantage = vantages(ca_file=ca_file)
        well = await look_at("grpc", vantage=vantage, min_days=10, **params)
        soon = await look_at("grpc", vantage=vantage, min_days=11, **params)
        stranger = await look_at("grpc", **params)

    assert well.ok, well
    assert 10.4 < well.extra["certificate_days"] <= 10.5
    phases = (well.connect_ms or 0, well.tls_ms or 0, well.ttfb_ms or 0)
    assert min(phases) > 0
    assert well.total_ms == pytest.approx(sum(phases), abs=0.01)
    assert (soon.reason, soon.blame) == (Reason.TLS, Blame.TARGET)
    assert "sooner than 11" in soon.detail
    assert (stranger.reason, stranger.blame) == (Reason.TLS, Blame.TARGET)


async def test_secret_metadata_is_sent_and_shown_nowhere(
    look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_WORD", "hush-hush")
    metadata = {"authorization": "Bearer ${env:OUTSCOPE_SECRET_WORD}"}
    with serving() as (port, _, guard):
        params = {"host": "127.0.0.1", "port": port, "tls": False, "metadata": metadata}
        guard.word = "Bearer hush-hush"
        well = await look_at("grpc", trace=True, **params)
        guard.word = "Bearer other"
        badly = await look_at("grpc", **params)

    assert well.ok, well
    assert (badly.reason, badly.blame) == (Reason.UNAUTHORIZED, Blame.PROBER)
    assert "hush" not in f"{well}{badly}"


async def test_metadata_without_a_value_is_sent(look_at: LookAt) -> None:
    with serving() as (port, _, guard):
        outcome = await look_at(
            "grpc", host="127.0.0.1", port=port, tls=False, metadata={"x-empty": ""}
        )

    assert outcome.ok, outcome
    assert guard.metadata["x-empty"] == ""


async def test_a_secret_of_several_lines_is_not_sent(
    look_at: LookAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_WORD", "hush\nx-more: hush")
    metadata = {"x-word": "${env:OUTSCOPE_SECRET_WORD}"}
    with serving() as (port, _, guard):
        outcome = await look_at("grpc", host="127.0.0.1", port=port, tls=False, metadata=metadata)

    assert (outcome.reason, outcome.blame) == (Reason.INTERNAL, Blame.PROBER)
    assert outcome.detail == "the secret in the header x-word must be one line"
    assert guard.metadata == {}


@pytest.mark.parametrize(
    ("code", "reason", "blame"),
    [
        (grpc.StatusCode.UNAVAILABLE, Reason.STATUS, Blame.TARGET),
        (grpc.StatusCode.UNIMPLEMENTED, Reason.PROTOCOL, Blame.TARGET),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Reason.RATE_LIMITED, Blame.PROBER),
        (grpc.StatusCode.PERMISSION_DENIED, Reason.UNAUTHORIZED, Blame.PROBER),
        (grpc.StatusCode.DEADLINE_EXCEEDED, Reason.TIMEOUT, Blame.TARGET),
        (grpc.StatusCode.INTERNAL, Reason.STATUS, Blame.TARGET),
    ],
)
async def test_each_status_says_whose_fault_it_is(
    look_at: LookAt, code: grpc.StatusCode, reason: Reason, blame: Blame
) -> None:
    with serving() as (port, _, guard):
        guard.code = code
        outcome = await look_at("grpc", host="127.0.0.1", port=port, tls=False)

    assert (outcome.reason, outcome.blame) == (reason, blame)
    assert outcome.detail.endswith(f"{code.name}, by order")


async def test_an_answer_that_is_slow_or_never_comes(look_at: LookAt) -> None:
    with serving() as (port, _, guard):
        params = {"host": "127.0.0.1", "port": port, "tls": False}
        guard.delay_s = 0.2
        slow = await look_at("grpc", slow_ms=100, **params)
        gone = await look_at("grpc", timeout_ms=150, **params)

    assert slow.reason is Reason.SLOW
    assert gone.reason is Reason.TIMEOUT


async def test_a_web_server_is_no_grpc_server(
    web: Web, look_at: LookAt, vantages: Vantages, certified: Callable[..., Any], ca_file: str
) -> None:
    plain = await web()
    encrypted = await web(ssl=certified("127.0.0.1"))

    over_http = await look_at("grpc", host="127.0.0.1", port=plain.port, tls=False, timeout_ms=500)
    over_https = await look_at(
        "grpc", vantage=vantages(ca_file=ca_file), host="127.0.0.1", port=encrypted.port
    )

    assert (over_http.ok, over_http.blame) == (False, Blame.TARGET)
    assert (over_https.reason, over_https.detail) == (
        Reason.PROTOCOL,
        "the target does not speak HTTP/2",
    )


@pytest.mark.parametrize("service", ["", "a", "shop.Cart", "x" * 300])
def test_the_request_is_what_grpcs_own_library_writes(service: str) -> None:
    written = health_pb2.HealthCheckRequest(service=service).SerializeToString()

    assert health_request(service) == b"\x00" + len(written).to_bytes(4) + written


@pytest.mark.parametrize("status", [0, 1, 2, 3])
def test_the_response_is_read_as_grpcs_own_library_writes_it(status: int) -> None:
    written = health_pb2.HealthCheckResponse(status=status).SerializeToString()
    unknown = b"\x12\x03abc\x19" + bytes(8) + b"\x25" + bytes(4)

    for message in (written, unknown + written):
        assert health_status(b"\x00" + len(message).to_bytes(4) + message) == status


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\x00",
        b"\x00\x00\x00\x00\x09\x08\x01",
        b"\x01\x00\x00\x00\x02\x08\x01",
        b"\x00\x00\x00\x00\x02\x0a\x09",
        b"\x00\x00\x00\x00\x0c\x08" + b"\xff" * 11,
        b"\x00\x00\x00\x00\x01\x08",
        b"\x00\x00\x00\x00\x01\x0b",
    ],
)
def test_what_is_no_response_is_told_from_one(body: bytes) -> None:
    assert health_status(body) is None


@pytest.mark.parametrize("name", ["Authorization", "grpc-timeout", "te", "a b", ":path", ""])
def test_metadata_that_cannot_be_sent_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not metadata"):
        GrpcParams(host="x", metadata={name: "x"})


def test_metadata_values_must_be_one_line() -> None:
    with pytest.raises(ValueError, match="printable"):
        GrpcParams(host="x", metadata={"x": "a\r\nb: c"})


def test_a_server_is_asked_by_a_web_request_too() -> None:
    params = GrpcParams.model_validate({"host": "a.example", "tls": False})

    assert params.targets() == (Target("grpc", "a.example", 443), Target("http", "a.example", 443))
