"""The settings of the coordinator process, from the environment; a bad one stops the start with a
sentence.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coordinator.archive.place import archive_url
from coordinator.configuration.duration import milliseconds
from coordinator.configuration.retention import Keep, KeepError, read_keep
from coordinator.joining.meeting import CA_FILE, PUBLIC, as_workers_see, public_broker
from coordinator.messaging.rabbitmq.management import VARIABLE as MANAGEMENT
from coordinator.messaging.rabbitmq.management import checked as checked_management
from coordinator.messaging.signing import VARIABLE as KEY_VARIABLE
from coordinator.messaging.signing import SigningKeyError, read_signer
from coordinator.runtime.heartbeat import VARIABLE as HEARTBEAT
from coordinator.runtime.heartbeat import read_heartbeat
from coordinator.store.database import StoreError, checked
from worker.contract import clock
from worker.contract.broker import BrokerUrlError, check_broker_url
from worker.contract.health.serving import VARIABLE as HEALTH
from worker.contract.health.serving import Address, read_address
from worker.contract.logs import read_level
from worker.contract.reloading.reloads import ReloadError, secret
from worker.contract.settings.machine import no_clock, no_ready_file

WRITERS: Final = ("here", "elsewhere")
LIFE_MS: Final = 6 * 3_600_000
"""For so long a worker that hears nobody looks on, unless the operator says otherwise."""
SHORTEST_LIFE_MS: Final = 60_000
LONGEST_LIFE_MS: Final = 7 * 86_400_000
STANDBY: Final = ("wait", "refuse")
OLD_NAME: Final = "OUTSCOPE_INTAKE"
"""What OUTSCOPE_WRITERS was called before; it is refused, for whoever sets it relies on it."""


class SettingsError(ValueError):
    """A setting is missing or wrong; the sentence names it and says what to do."""


@dataclass(frozen=True, slots=True)
class CoordinatorSettings:
    """What an operator decides about the coordinator process.

    `broker` and `database` are URLs. `data_dir` keeps what can be made again. `geoip_country` and
    `geoip_asn` are databases in MaxMind's format that replace the bundled ones. `ready_file` is
    touched once looks are ordered. `keep` says for how long results and rollups are kept. `archive`
    is the folder or S3 URL to which results go that are kept no longer; without it they are
    deleted. `writers` is `elsewhere` when writers store what workers report, and the coordinator
    judges it. `signing_key` signs what goes to workers; without it one is kept in `data_dir`. While
    another coordinator works on the database, this one waits to take over, or refuses to start:
    `standby`. `standing_ms` is for how long workers that hear nobody look on by their standing
    orders; 0 for not at all. `broker_public` is the broker's URL as workers that join see it,
    `broker_ca` the certificates (PEM) of its authority, `broker_management` where RabbitMQ's own
    API is. `health` is where it says whether it is well, `heartbeat` an address
    that is asked each minute while it is.
    """

    broker: str
    database: str
    data_dir: Path | None = None
    geoip_country: Path | None = None
    geoip_asn: Path | None = None
    ready_file: Path | None = None
    log_level: str = "INFO"
    keep: Keep = Keep()
    writers: str = "here"
    archive: str | None = None
    signing_key: str = ""
    standby: str = "wait"
    standing_ms: int = LIFE_MS
    environ: Mapping[str, str] = field(default_factory=dict)
    """Where all of it came from, to be asked again."""
    broker_public: str = ""
    broker_ca: str = ""
    broker_management: str = ""
    health: Address | None = None
    heartbeat: str = ""

    def __post_init__(self) -> None:
        valid_broker(self.broker)
        try:
            checked(self.database)
        except StoreError as error:
            raise SettingsError(f"OUTSCOPE_DATABASE: {error}") from None
        if self.writers not in WRITERS:
            raise SettingsError(
                f"OUTSCOPE_WRITERS is {self.writers!r}; write here, or elsewhere when writers store"
            )
        if self.standby not in STANDBY:
            raise SettingsError(
                f"OUTSCOPE_STANDBY is {self.standby!r}; write wait, or refuse when a second"
                " coordinator shall end at once"
            )
        if self.writers == "elsewhere" and self.database.startswith("sqlite:"):
            raise SettingsError(
                "OUTSCOPE_WRITERS=elsewhere needs PostgreSQL; into SQLite one process stores"
            )

    def __repr__(self) -> str:
        return f"CoordinatorSettings(data_dir={self.data_dir!r})"  # the URLs hold passwords


def read_settings(
    environ: Mapping[str, str] = os.environ,
    *,
    broker: str | None = None,
    database: str | None = None,
    data_dir: Path | None = None,
) -> CoordinatorSettings:
    """The settings from what is given, else the environment; SettingsError names the first missing
    or wrong one.
    """
    if environ.get(OLD_NAME, "").strip():
        raise SettingsError(f"{OLD_NAME} is called OUTSCOPE_WRITERS now; set that one instead")
    told = _given(
        environ, OUTSCOPE_BROKER=broker, OUTSCOPE_DATABASE=database, OUTSCOPE_DATA=data_dir
    )
    try:
        keep = read_keep(told)
        level = read_level(told)
    except (KeepError, ValueError) as error:
        raise SettingsError(str(error)) from None
    url, broker_url = read_database(told), read_broker(told)
    wrong = no_clock(clock.now()) or no_ready_file(_path("OUTSCOPE_READY_FILE", told))
    if wrong:
        raise SettingsError(wrong)
    public, authority = read_meeting(broker_url, told)
    return CoordinatorSettings(
        broker=broker_url,
        database=url,
        data_dir=_path("OUTSCOPE_DATA", told),
        geoip_country=_path("OUTSCOPE_GEOIP_COUNTRY", told),
        geoip_asn=_path("OUTSCOPE_GEOIP_ASN", told),
        ready_file=_path("OUTSCOPE_READY_FILE", told),
        log_level=level,
        keep=keep,
        writers=told.get("OUTSCOPE_WRITERS", "").strip() or "here",
        archive=read_archive(told, url),
        signing_key=read_signing_key(told),
        standby=told.get("OUTSCOPE_STANDBY", "").strip() or "wait",
        standing_ms=read_life(told.get("OUTSCOPE_STANDING_ORDERS", "").strip()),
        broker_public=public,
        broker_ca=authority,
        broker_management=read_management(told),
        health=_health(told),
        heartbeat=_heartbeat(told),
        environ=told,
    )


def read_life(text: str) -> int:
    """For how long standing orders are good; 0 when there are to be none."""
    if text in ("", "0"):
        return 0 if text else LIFE_MS
    try:
        life_ms = milliseconds(text)
    except ValueError as error:
        raise SettingsError(f"OUTSCOPE_STANDING_ORDERS: {error}, or 0 for none") from None
    if not SHORTEST_LIFE_MS <= life_ms <= LONGEST_LIFE_MS:
        raise SettingsError(
            f"OUTSCOPE_STANDING_ORDERS is {text}; give 1m to 7d, or 0 when workers shall not look"
            " by themselves"
        )
    return life_ms


def _given(environ: Mapping[str, str], **given: object) -> dict[str, str]:
    """The environment as if what is given stood there; a file that it names for that counts no
    more.
    """
    told = dict(environ)
    for name, value in given.items():
        if value is not None:
            told[name] = str(value)
            told.pop(f"{name}_FILE", None)
    return told


def read_meeting(broker: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """The broker as workers that join see it, and its authority; SettingsError for wrong ones."""
    try:
        public = public_broker(_secret(PUBLIC, environ))
    except ValueError as error:
        raise SettingsError(f"{PUBLIC} {error}") from None
    try:
        return as_workers_see(broker, public, _path(CA_FILE, environ))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{CA_FILE}: {error}; give the file of the authority that vouches for the broker"
        ) from None


def _health(environ: Mapping[str, str]) -> Address | None:
    try:
        return read_address(environ.get(HEALTH, "").strip())
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _heartbeat(environ: Mapping[str, str]) -> str:
    try:
        return read_heartbeat(_secret(HEARTBEAT, environ))
    except ValueError as error:
        raise SettingsError(f"{HEARTBEAT} {error}") from None


def read_management(environ: Mapping[str, str]) -> str:
    """Where the management API of a RabbitMQ server is, when it is told."""
    try:
        return checked_management(environ.get(MANAGEMENT, "").strip())
    except ValueError as error:
        raise SettingsError(f"{MANAGEMENT} {error}") from None


def read_broker(environ: Mapping[str, str]) -> str:
    """The broker's URL; SettingsError for what is none."""
    what = "the broker's URL, like redis://127.0.0.1:6379/0"
    return valid_broker(_required("OUTSCOPE_BROKER", what, environ))


def valid_broker(url: str) -> str:
    """The URL, when it is one of a broker; else SettingsError, without the URL: it may hold a
    password.
    """
    try:
        return check_broker_url(url)
    except BrokerUrlError as error:
        raise SettingsError(f"OUTSCOPE_BROKER {error}") from None


def read_database(environ: Mapping[str, str]) -> str:
    """The database's URL."""
    return _required("OUTSCOPE_DATABASE", "its URL, like sqlite:///var/lib/outscope.db", environ)


def read_archive(environ: Mapping[str, str], database: str) -> str | None:
    """Where results go that are kept no longer, if anywhere."""
    return archive_url(_secret("OUTSCOPE_ARCHIVE", environ), database)


def read_signing_key(environ: Mapping[str, str]) -> str:
    """The key that signs; empty when none was given."""
    given = _secret(KEY_VARIABLE, environ)
    try:
        if given:
            read_signer(given)
    except SigningKeyError as error:
        raise SettingsError(f"{KEY_VARIABLE}: the signing key: {error}") from None
    return given


def _required(name: str, what: str, environ: Mapping[str, str]) -> str:
    text = _secret(name, environ)
    if not text:
        raise SettingsError(f"{name} is missing; give {what}")
    return text


def _secret(name: str, environ: Mapping[str, str]) -> str:
    try:
        return secret(name, environ)
    except ReloadError as error:
        raise SettingsError(str(error)) from None


def _path(name: str, environ: Mapping[str, str]) -> Path | None:
    text = environ.get(name, "").strip()
    return Path(text) if text else None
