"""The broker: reachable with the credential that was given, and its clock."""

from typing import Any, Final

from kombu import Connection
from kombu.exceptions import OperationalError

from coordinator.doctor.finding import Finding, failure, ok
from worker.contract.broker import BrokerUrlError, check_broker_url, connection_of
from worker.contract.reloading.sentinel import found
from worker.contract.settings.address import shown, without_logins
from worker.contract.settings.rabbitmq import is_rabbitmq

PATIENCE_S: Final = 5.0
_RIGHTS: Final = (
    "username-password",
    "wrongpass",
    "noauth",
    "noperm",
    "access_refused",
    "authentication",
)


def look_at_broker(url: str) -> tuple[Finding, int | None]:
    """Whether the broker takes the credential, and what time it is there (milliseconds), if it
    tells.
    """
    try:
        check_broker_url(url)
    except BrokerUrlError as error:
        wrong, _, todo = str(error).partition("; ")
        return failure("broker", f"OUTSCOPE_BROKER {wrong}", todo or "mend it"), None
    told_as = shown(url)
    try:
        url = found(url)
    except OSError as error:
        return failure("broker", str(error), "see whether the Sentinels run, and its name"), None
    told = connection_of(url)
    if not is_rabbitmq(url):
        told["transport_options"]["max_retries"] = 0
    try:
        with Connection(**told, connect_timeout=PATIENCE_S) as link:
            version, at_ms = _greeted(link)
    except Exception as error:
        return failure("broker", f"{told_as}: {_words(error)}", _todo(error)), None
    return ok("broker", f"{told_as} takes the credential{f': {version}' if version else ''}"), at_ms


def _greeted(link: Connection) -> tuple[str, int | None]:
    link.connect()
    client = getattr(link.default_channel, "client", None)
    if client is None:  # AMQP: to be connected is all there is to see
        product = getattr(link.connection, "server_properties", {})
        return f"{product.get('product', 'AMQP')} {product.get('version', '')}", None
    client.ping()
    told: dict[str, Any] = client.info("server")
    product = "Valkey" if "valkey_version" in told else "Redis"
    micros = told.get("server_time_usec")
    return f"{product} {told.get('valkey_version') or told.get('redis_version')}", (
        int(micros) // 1000 if micros else None
    )


def _words(error: BaseException) -> str:
    cause = error.__cause__ if isinstance(error, OperationalError) and error.__cause__ else error
    return without_logins(f"{cause}") or type(cause).__name__


def _todo(error: BaseException) -> str:
    text = str(error).lower()
    if any(word in text for word in _RIGHTS):
        return "mend user and password in OUTSCOPE_BROKER, or the rights of that user at the broker"
    if "certificate" in text or "ssl" in text:
        return (
            "name the authority in the URL (?ssl_ca_certs=/path/ca.pem), or mend the broker's"
            " certificate"
        )
    return "start the broker, or mend host and port in OUTSCOPE_BROKER"
