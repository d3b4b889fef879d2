"""The flags of a worker, each with the environment variable that may stand for it."""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from worker.contract import clock
from worker.contract.installed import own_version
from worker.contract.reloading.reloads import ReloadError, secret, told_in
from worker.contract.settings.address import AddressError, echoed, from_file, has_login
from worker.contract.settings.machine import no_clock, no_ready_file

FLAGS: Final = {
    "region": (
        "OUTSCOPE_REGION",
        "ID",
        "the region to look from; required, unless it joined. With --via, several with commas",
    ),
    "broker": (
        "OUTSCOPE_BROKER",
        "URL",
        "redis:// or rediss:// with the region's credential; required, unless it joined",
    ),
    "coordinator_key": (
        "OUTSCOPE_COORDINATOR_KEY",
        "KEYS",
        "obey only what is signed by this public key (outscope key), or by one of several",
    ),
    "via": (
        "OUTSCOPE_VIA",
        "WAY",
        "globalping: look by that public API; https, broker: a joined worker goes by that alone",
    ),
    "globalping_url": (
        "OUTSCOPE_GLOBALPING_URL",
        "URL",
        "address of that API; default https://api.globalping.io",
    ),
    "name": ("OUTSCOPE_WORKER", "ID", "this worker's name inside its region; default <region>-1"),
    "source_address": ("OUTSCOPE_SOURCE_ADDRESS", "IP", "look from this address of the machine"),
    "public_address": (
        "OUTSCOPE_PUBLIC_ADDRESS",
        "IP",
        "the address that the internet sees, when this is behind NAT",
    ),
    "allow": (
        "OUTSCOPE_ALLOW_ADDRESSES",
        "NETWORKS",
        "non-public networks that may be probed, comma-separated",
    ),
    "contact": (
        "OUTSCOPE_CONTACT",
        "URL",
        "where the probed may complain, told with each request: a URL or an address",
    ),
    "schemes": (
        "OUTSCOPE_SCHEMES",
        "SCHEMES",
        "only look by these, comma-separated: https, tcp, ...; default all",
    ),
    "ports": (
        "OUTSCOPE_PORTS",
        "PORTS",
        "only look at these ports: 443,8000-8999; default all but other protocols'",
    ),
    "never_probe": (
        "OUTSCOPE_NEVER_PROBE",
        "TARGETS",
        "hosts, .domains and networks never to probe, or @FILE of them",
    ),
    "ca_file": ("OUTSCOPE_CA_FILE", "FILE", "certificates to trust besides the public ones (PEM)"),
    "certificates_dir": (
        "OUTSCOPE_CERTIFICATES_DIR",
        "DIR",
        "where authorities and client certificates are that checks may name",
    ),
    "state_dir": ("OUTSCOPE_STATE_DIR", "DIR", "where results wait while the broker is away"),
    "alone_after": (
        "OUTSCOPE_ALONE_AFTER",
        "HEARTBEATS",
        "unanswered heartbeats until it looks by its standing orders; default 3, 0 for never",
    ),
    "ready_file": (
        "OUTSCOPE_READY_FILE",
        "FILE",
        "touched when the worker is connected to the broker",
    ),
    "health": (
        "OUTSCOPE_HEALTH",
        "HOST:PORT",
        "answers GET /healthz and /readyz there; of several regions, the first one does",
    ),
    "log_level": ("OUTSCOPE_LOG_LEVEL", "LEVEL", "DEBUG, INFO, WARNING or ERROR; default INFO"),
}
"""Setting: (environment variable, placeholder, help). The flag is the setting with dashes."""
IN_FILES: Final = ("broker", "coordinator_key", "log_level")
"""Settings that a file may hold which `<variable>_FILE` names. It is read again at SIGHUP."""


class SettingsError(ValueError):
    """A setting is missing or wrong; the sentence names it and says what to do."""


def parser() -> argparse.ArgumentParser:
    """What reads the command line of a worker."""
    made = argparse.ArgumentParser(
        prog="outscope-worker",
        description=(
            "Looks at what the coordinator orders, from one region, and reports what it saw."
        ),
        epilog=(
            "Every flag can be an environment variable instead. Prefer OUTSCOPE_BROKER or"
            " OUTSCOPE_BROKER_FILE for the broker's URL: a flag is visible to everybody on the"
            " machine. SIGHUP has files read again that settings name, without a restart. A worker"
            " that joined (outscope-worker join --help) needs neither region nor broker."
        ),
        allow_abbrev=False,
    )
    made.add_argument("--version", action="version", version=f"%(prog)s {own_version()}")
    for name, (variable, placeholder, text) in FLAGS.items():
        told = f"{variable}, {variable}_FILE" if name in IN_FILES else variable
        made.add_argument(_flag(name), dest=name, metavar=placeholder, help=f"{text} [{told}]")
    return made


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def called(name: str) -> str:
    """A setting as an operator knows it: its variable and its flag."""
    return f"{FLAGS[name][0]} ({_flag(name)})"


def from_environment(name: str, environ: Mapping[str, str]) -> str:
    """What the environment says of a setting, or the file that it names; empty when it says
    nothing.
    """
    variable = FLAGS[name][0]
    if name not in IN_FILES:
        return environ.get(variable, "").strip()
    try:
        return secret(variable, environ)
    except ReloadError as error:
        raise SettingsError(str(error)) from None


def told_as(name: str, environ: Mapping[str, str]) -> str:
    """The variable by which a setting is told that may stand in a file."""
    return told_in(FLAGS[name][0], environ)


def read_text(what: str, path: str) -> str:
    """The text of a file that a setting names; SettingsError says why it cannot be read."""
    try:
        return from_file(what, path)
    except AddressError as error:
        raise SettingsError(str(error)) from None


def whole_number(name: str, text: str, default: int, most: int) -> int:
    """The number that a setting tells, from 0 to `most`; SettingsError when it tells none."""
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > most:
        raise SettingsError(f"{called(name)} is {text!r}; give a whole number from 0 to {most}")
    return int(text)


def default_state_dir(environ: Mapping[str, str]) -> Path:
    """The user's own state folder."""
    state_home = environ.get("XDG_STATE_HOME")
    return (Path(state_home) if state_home else Path.home() / ".local" / "state") / "outscope"


def file_of(name: str, text: str) -> Path | None:
    """The file that a setting names; SettingsError when it is not there."""
    if not text:
        return None
    if not Path(text).is_file():
        raise SettingsError(
            f"{called(name)} is {text!r}, but there is no such file; give the path of a PEM file"
        )
    return Path(text)


def folder_of(name: str, text: str) -> Path | None:
    """The folder that a setting names; SettingsError when it is not there."""
    if not text:
        return None
    if not Path(text).is_dir():
        raise SettingsError(
            f"{called(name)} is {text!r}, but there is no such folder; make it, or leave this out"
        )
    return Path(text)


def web_address(name: str, text: str) -> str:
    """The address of a web server that a setting gives; SettingsError when it is none."""
    if not re.fullmatch(r"https?://[!-'*-?A-~]+", text) or has_login(text):
        raise SettingsError(
            f"{called(name)} is {echoed(text)}; give a plain URL, such as https://api.example.com"
        )
    return text.rstrip("/")


def ready_file_of(text: str) -> Path | None:
    """The file that is to say that this worker is ready; SettingsError when it cannot be made."""
    wrong = no_ready_file(text, called("ready_file"))
    if wrong:
        raise SettingsError(wrong)
    return Path(text) if text else None


def check_clock() -> None:
    """SettingsError when nobody has set the clock of this machine."""
    wrong = no_clock(clock.now())
    if wrong:
        raise SettingsError(wrong)
