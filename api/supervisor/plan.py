"""Which processes make up the product, and what each of them is told. Each gets only what it needs
to know.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from api.supervisor.program import Program
from api.supervisor.settings import ProductSettings
from coordinator.telemetry.environment import PREFIX as _OTEL
from worker.contract.borrowing.rules import GLOBALPING, broker_of

_PREFIX: Final = "OUTSCOPE_"
_KEPT: Final = ("OUTSCOPE_KEEP_", "OUTSCOPE_ARCHIVE")
_OF_ALL: Final = "OUTSCOPE_LOG_"
_OF_COORDINATOR: Final = (
    "OUTSCOPE_SIGNING_KEY",
    "OUTSCOPE_STANDING_ORDERS",
    "OUTSCOPE_GEOIP_",
    "OUTSCOPE_BROKER_PUBLIC",
    "OUTSCOPE_BROKER_CA_FILE",
    "OUTSCOPE_HEARTBEAT_URL",
    "OUTSCOPE_NOTIFY_",
    "OUTSCOPE_PUBLIC_URL",
)
_SECRETS: Final = "OUTSCOPE_SECRET_"
_GLOBALPING: Final = "OUTSCOPE_GLOBALPING_"
_TOKEN: Final = "OUTSCOPE_SECRET_GLOBALPING"  # noqa: S105 - the name of a variable
"""Only workers of borrowed regions know it: a check could tell another's secrets to its target."""
_OF_TELEMETRY: Final = "OUTSCOPE_OTEL_"
TELEMETRY: Final = "otel"
"""What the process that sends OpenTelemetry is called among the others."""
RELAY: Final = "relay"
"""What the workers of borrowed regions are called among the processes."""
_OF_API: Final = (
    "OUTSCOPE_ACCESS",
    "OUTSCOPE_RATE_LIMIT",
    "OUTSCOPE_OIDC_",
    "OUTSCOPE_ADMIN_TOKEN",
    "OUTSCOPE_PUBLIC_HOSTS",
    "OUTSCOPE_LISTENERS",
    "OUTSCOPE_EXPORTS",
    "OUTSCOPE_RELAY",
    "OUTSCOPE_ROOT_PATH",
    "OUTSCOPE_CORS_ORIGINS",
)
_OF_WORKERS: Final = tuple(
    f"OUTSCOPE_{name}"
    for name in (
        "CONTACT",
        "NEVER_PROBE",
        "SCHEMES",
        "PORTS",
        "PUBLIC_ADDRESS",
        "CERTIFICATES_DIR",
        "ALONE_AFTER",
    )
)
"""Settings that every worker of this machine shares."""
"""Prefix of what only workers read, for keys of checks."""


def plain_environment() -> dict[str, str]:
    """This process's environment without settings of ours, which were meant for this process
    alone, and without those of OpenTelemetry, which hold a secret.
    """
    ours = (_PREFIX, _OTEL)
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def settings_of(*prefixes: str) -> dict[str, str]:
    """What this process was told by variables whose names begin so."""
    return {name: value for name, value in os.environ.items() if name.startswith(prefixes)}


def told(variable: str, value: str, file: Path | None) -> dict[str, str]:
    """A setting, or the file that it stands in."""
    return {variable: value} if file is None else {f"{variable}_FILE": str(file.absolute())}


def coordinator(settings: ProductSettings, broker: str) -> Program:
    """The coordinator."""
    env = {
        **told("OUTSCOPE_BROKER", broker, settings.broker_file),
        **told("OUTSCOPE_DATABASE", settings.database_url, settings.database_file),
        "OUTSCOPE_DATA": str(settings.data),
        "OUTSCOPE_STANDBY": "refuse",  # whoever starts everything is told what stands in the way
        **settings_of(*_KEPT, *_OF_COORDINATOR),
    }
    return _python(settings, "coordinator", ("coordinator",), env, stage=1)


def api(settings: ProductSettings) -> Program:
    """API and page."""
    env = {
        **told("OUTSCOPE_DATABASE", settings.database_url, settings.database_file),
        **settings_of(*_KEPT, *_OF_API),
    }
    arguments = ("api.cli", "api", "--host", settings.host, "--port", str(settings.port))
    return _python(settings, "api", arguments, env, stage=2, address=settings.address)


def telemetry(settings: ProductSettings) -> Program:
    """What sends to an OpenTelemetry collector."""
    env = {
        **told("OUTSCOPE_DATABASE", settings.database_url, settings.database_file),
        **settings_of(_OF_TELEMETRY, _OTEL),
    }
    return _python(settings, TELEMETRY, ("api.cli", "otel"), env, stage=2)


def worker_name(region: str) -> str:
    """What the worker of a region is called among the processes."""
    return f"worker {region}-1"


def worker(
    settings: ProductSettings, region: str, broker: str, keys: Path | None = None
) -> Program:
    """The one worker of a region. `keys` is the file with the coordinator's public key."""
    source = settings.source_addresses.get(region)
    env = {
        **{
            name: value
            for name, value in settings_of(_SECRETS, *_OF_WORKERS).items()
            if not name.startswith(_TOKEN)
        },
        **told("OUTSCOPE_BROKER", broker, settings.broker_file),
        "OUTSCOPE_REGION": region,
        "OUTSCOPE_WORKER": f"{region}-1",
        "OUTSCOPE_STATE_DIR": str(settings.data / "workers"),
        **({"OUTSCOPE_COORDINATOR_KEY_FILE": str(keys)} if keys else {}),
        **({"OUTSCOPE_ALLOW_ADDRESSES": settings.allow} if settings.allow else {}),
        **({"OUTSCOPE_CA_FILE": str(settings.ca_file)} if settings.ca_file else {}),
        **({"OUTSCOPE_SOURCE_ADDRESS": source} if source else {}),
    }
    address = f"looks from {source}" if source else ""
    return _python(settings, worker_name(region), ("worker",), env, stage=2, address=address)


def relay(
    settings: ProductSettings, brokers: Mapping[str, str], keys: Path | None = None
) -> Program:
    """The workers of all borrowed regions, each with its way to the broker. They know no secret but
    the token that lends them the places.
    """
    ours = worker(settings, "", next(iter(brokers.values())), keys)
    env = {name: value for name, value in ours.env.items() if not name.startswith(_SECRETS)}
    del env["OUTSCOPE_WORKER"]
    own = {} if settings.broker_file else {broker_of(name): url for name, url in brokers.items()}
    told = {"OUTSCOPE_VIA": GLOBALPING, "OUTSCOPE_REGION": ",".join(brokers)}
    env |= {**settings_of(_GLOBALPING, _TOKEN), **own, **told}
    return _python(settings, RELAY, ("worker",), env, stage=2, address=f"looks via {GLOBALPING}")


def _python(
    settings: ProductSettings,
    name: str,
    module: tuple[str, ...],
    env: Mapping[str, str],
    *,
    stage: int,
    address: str = "",
) -> Program:
    file = name.replace(" ", "-")
    ready = run_folder(settings.data) / f"{file}.ready"
    return Program(
        name=name,
        argv=(sys.executable, "-m", *module),
        env={
            **plain_environment(),
            **settings_of(_OF_ALL),
            **env,
            "OUTSCOPE_READY_FILE": str(ready),
        },
        log=settings.data / "logs" / f"{file}.log",
        stage=stage,
        address=address,
        ready_file=ready,
    )


def run_folder(data: Path) -> Path:
    """Where processes say that they are ready."""
    return data / "run"
