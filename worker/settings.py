"""The settings of a worker: flags first, then the environment, then defaults. A bad one stops the
start.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final

from worker.contract import logs
from worker.contract.borrowing.rules import GLOBALPING
from worker.contract.broker import BrokerUrlError, check_broker_url
from worker.contract.health.serving import Address, read_address
from worker.contract.message import IDENTIFIER
from worker.contract.settings.address import echoed, has_login
from worker.flags import (
    FLAGS,
    SettingsError,
    called,
    default_state_dir,
    file_of,
    folder_of,
    from_environment,
    parser,
    read_text,
    ready_file_of,
    web_address,
    whole_number,
)
from worker.joining.key import BROKER, HTTPS, Key, Reach, kept_key, lay_out_authority
from worker.messaging.pinned import read_key
from worker.targets.policy import Network, Policy, PolicyError, read_policy

MAX_CONTACT: Final = 200
_OF_KEY: Final = ("region", "name", "broker", "coordinator_key")
"""What a worker that joined is told by its key."""
URL: Final = "https://api.globalping.io"


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What an operator decides about one worker process."""

    region: str
    broker: str
    name: str
    state_dir: Path
    source_address: str | None = None
    public_address: str | None = None
    allow: tuple[Network, ...] = ()
    contact: str | None = None
    policy: Policy = Policy()
    ca_file: Path | None = None
    certificates_dir: Path | None = None
    ready_file: Path | None = None
    health: Address | None = None
    log_level: str = "INFO"
    via: str = ""
    reach: Reach = Reach()
    globalping_url: str = URL
    alone_after: int = 3
    coordinator_keys: tuple[bytes, ...] = ()
    told: "Told" = field(default_factory=lambda: Told({}, {}))
    """Where all of it came from, to be asked again."""

    def __repr__(self) -> str:
        # the broker URL holds a password
        return f"WorkerSettings(region={self.region!r}, name={self.name!r})"


class Told:
    """What flags and environment say at the moment, files that they name included. SettingsError
    names what is wrong.
    """

    def __init__(self, flags: Mapping[str, str | None], environ: Mapping[str, str]) -> None:
        self._flags = flags
        self.environ = environ
        state_dir = self._given("state_dir")
        self.folder = Path(state_dir) if state_dir else default_state_dir(environ)

    def text(self, name: str) -> str:
        """The text of a setting: as the key of a worker that joined says, else a flag, else the
        environment. Which keys are pinned may be told in spite of a key.
        """
        given = self._given(name)
        if name not in _OF_KEY or (given and name == "coordinator_key"):
            return given
        key = kept_key(self.folder)
        return given if key is None else self._of(key)[name]

    def check_key(self) -> None:
        """SettingsError when the folder holds a key, and a setting says otherwise."""
        key = kept_key(self.folder)
        if key is None:
            return
        found = self._of(key)
        for name in ("region", "name", "broker"):
            if self._given(name) not in ("", found[name]):
                raise SettingsError(
                    f"{self.folder} holds the key of worker {key.worker} of {key.region}, which"
                    f" says what {called(name)} would; leave it out, or give another"
                    " OUTSCOPE_STATE_DIR (--state-dir)"
                )

    def _given(self, name: str) -> str:
        return self._flags.get(name) or from_environment(name, self.environ)

    def _of(self, key: Key) -> dict[str, str]:
        """What the key of a worker that joined says."""
        try:
            lay_out_authority(self.folder, key)
        except OSError as error:
            raise SettingsError(f"cannot write to {self.folder}: {error.strerror}") from None
        return {
            "region": key.region,
            "name": key.worker,
            "broker": key.url(self.folder.absolute()),
            "coordinator_key": key.coordinator_key,
        }

    def reach(self) -> Reach:
        """What a worker that joined may reach, and which way it is told to go."""
        key = kept_key(self.folder)
        found = Reach() if key is None else key.reach()
        given = self._given("via")
        return replace(found, way=given) if given in (HTTPS, BROKER) else found

    def broker(self) -> str:
        """The broker's URL; empty for a worker that knows the relay alone."""
        if not self.text("broker") and self.reach().relay is not None:
            return ""
        what = "the broker's URL, for example rediss://user:password@host"
        return _broker(_required("broker", self.text("broker"), what))

    def coordinator_keys(self) -> tuple[bytes, ...]:
        """The keys that are pinned."""
        return _keys(self.text("coordinator_key"))

    def policy(self) -> Policy:
        """What may be probed."""
        return _policy({name: self.text(name) for name in ("never_probe", "schemes", "ports")})

    def log_level(self) -> str:
        """How much is logged."""
        try:
            logs.check_format(self.environ)
            return logs.valid_level(self.text("log_level") or "INFO", called("log_level"))
        except ValueError as error:
            raise SettingsError(str(error)) from None


def told_by(argv: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> Told:
    """What flags and environment say."""
    return Told(vars(parser().parse_args(argv)), environ)


def read_settings(
    argv: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ
) -> WorkerSettings:
    """The settings from flags and environment; SettingsError names the first one that is missing or
    wrong.
    """
    told = told_by(argv, environ)
    told.check_key()
    texts = {name: told.text(name) for name in FLAGS}
    region = identifier(
        "region",
        _required("region", texts["region"], "the region to look from, for example eu-west"),
    )
    name = identifier("name", texts["name"] or f"{region}-1")
    return WorkerSettings(
        region=region,
        name=name,
        broker=told.broker(),
        state_dir=told.folder,
        source_address=_address(
            "source_address", texts["source_address"], "one IP address of this machine"
        ),
        public_address=_address(
            "public_address", texts["public_address"], "the one IP address that others see"
        ),
        allow=_networks(texts["allow"]),
        contact=_contact(texts["contact"]),
        policy=told.policy(),
        ca_file=file_of("ca_file", texts["ca_file"]),
        certificates_dir=folder_of("certificates_dir", texts["certificates_dir"]),
        ready_file=ready_file_of(texts["ready_file"]),
        health=_health(texts["health"]),
        log_level=told.log_level(),
        via=_way(texts["via"]),
        reach=told.reach(),
        globalping_url=web_address("globalping_url", texts["globalping_url"] or URL),
        alone_after=whole_number("alone_after", texts["alone_after"], default=3, most=1000),
        coordinator_keys=told.coordinator_keys(),
        told=told,
    )


def _health(text: str) -> Address | None:
    try:
        return read_address(text, called("health"))
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _way(text: str) -> str:
    """How looks are made: empty for from here."""
    if text not in ("", GLOBALPING, HTTPS, BROKER):
        raise SettingsError(
            f"{called('via')} is {text!r}; give {HTTPS}, {BROKER} or {GLOBALPING}, or leave it out"
        )
    return text if text == GLOBALPING else ""


def _required(name: str, text: str, what: str) -> str:
    if not text:
        raise SettingsError(f"{called(name)} is missing; give {what}")
    return text


def identifier(name: str, text: str) -> str:
    """The text of a setting that is an id; SettingsError when it is none."""
    if not re.fullmatch(IDENTIFIER, text):
        raise SettingsError(
            f"{called(name)} is {text!r}; use 1 to 64 of a-z, 0-9, - and _, with no - or _ at the"
            " ends"
        )
    return text


def _broker(url: str) -> str:
    try:
        return check_broker_url(url)
    except BrokerUrlError as error:
        raise SettingsError(f"{called('broker')} {error}") from None


def _address(name: str, text: str, what: str) -> str | None:
    if not text:
        return None
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise SettingsError(f"{called(name)} is {text!r}; give {what}") from error


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(
            f"{called('allow')}: {error}; give networks such as 10.1.0.0/16,fd00::/8"
        ) from error


def _contact(text: str) -> str | None:
    if not text:
        return None
    if (
        not re.fullmatch(r"(https?://|mailto:)[!-'*-~]+|[!-'*-?A-~]+@[!-'*-~]+", text)
        or len(text) > MAX_CONTACT
        or ("://" in text and has_login(text))
    ):
        raise SettingsError(
            f"{called('contact')} is {echoed(text)}; give a plain URL or mail address, like"
            " https://a.example"
        )
    return text


def _keys(text: str) -> tuple[bytes, ...]:
    try:
        return tuple(read_key(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(
            f"{called('coordinator_key')} holds what is no public key; give what outscope key"
            " prints, several with commas between"
        ) from error


def _policy(texts: Mapping[str, str]) -> Policy:
    never = texts["never_probe"]
    if never.startswith("@"):
        never = read_text(called("never_probe"), never[1:])
    return replace(
        _policy_part("never_probe", never=never),
        schemes=_policy_part("schemes", schemes=texts["schemes"]).schemes,
        ports=_policy_part("ports", ports=texts["ports"]).ports,
    )


def _policy_part(name: str, **text: str) -> Policy:
    try:
        return read_policy(**text)
    except PolicyError as error:
        raise SettingsError(f"{called(name)}: {error}") from error
