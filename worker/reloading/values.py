"""What a worker reads again at SIGHUP."""

import logging
from collections.abc import Callable

from worker.contract.reloading.broker_link import BrokerAccess, BrokerLink, broker_access
from worker.contract.reloading.reloads import Reloads, touched
from worker.flags import FLAGS, SettingsError, called, told_as
from worker.probes.look.trust import Trust, certificates
from worker.probes.look.vantage import Vantage
from worker.probes.parameters.secret import keep_secret, read_secret, secret_files
from worker.probes.run import parse_spec
from worker.relaying.access import RelayAccess
from worker.settings import Told, WorkerSettings
from worker.targets.guard import Guard
from worker.targets.policy import Policy


def way_in(broker: str) -> BrokerAccess:
    """The way to the broker that a URL means; SettingsError when a file that it names cannot be
    used.
    """
    try:
        return broker_access(broker)
    except ValueError as error:
        raise SettingsError(f"{called('broker')}: {error}") from error


def link_of(settings: WorkerSettings) -> BrokerLink:
    """The way to the broker."""
    from worker.messaging.publisher import trouble_with  # late: who goes by HTTPS needs none

    return BrokerLink(way_in(settings.broker), trouble_with)


def reloads_of(
    settings: WorkerSettings,
    vantage: Vantage,
    pin: Callable[[tuple[bytes, ...]], None],
) -> Reloads:
    """All of it but the way to the coordinator; `pin` takes other keys of the coordinator."""
    reloads = Reloads(touched(settings.ready_file))
    _add_level(reloads, settings)
    _add_keys(reloads, settings, pin)
    _add_vantage(reloads, settings, vantage)
    _add_secrets(reloads)
    return reloads


def add_relay(
    reloads: Reloads, told: Told, relay: RelayAccess, use: Callable[[RelayAccess], None]
) -> None:
    """Reload the way in at the relay: another key."""
    reloads.add("key", relay, lambda: told.reach().relay or relay, use)


def add_broker(reloads: Reloads, told: Told, link: BrokerLink) -> None:
    """Reload the way to the broker."""

    def read() -> BrokerAccess:
        return way_in(told.broker())

    reloads.add(told_as("broker", told.environ), link.access, read, link.use)


def _add_keys(
    reloads: Reloads, settings: WorkerSettings, pin: Callable[[tuple[bytes, ...]], None]
) -> None:
    """Reload the coordinator's keys."""
    told = settings.told
    name = told_as("coordinator_key", told.environ)
    reloads.add(name, settings.coordinator_keys, told.coordinator_keys, pin)


def _add_level(reloads: Reloads, settings: WorkerSettings) -> None:
    """Reload how much is logged."""
    told = settings.told
    name = told_as("log_level", told.environ)
    reloads.add(name, settings.log_level, told.log_level, logging.getLogger().setLevel)


def _add_vantage(reloads: Reloads, settings: WorkerSettings, vantage: Vantage) -> None:
    """Reload whom looks may ask, and whose certificates they believe."""

    def guard(policy: Policy) -> None:
        vantage.guard = Guard(settings.allow, policy)

    reloads.add(FLAGS["never_probe"][0], settings.policy, settings.told.policy, guard)
    file = str(settings.ca_file) if settings.ca_file else None
    if file is not None:

        def believe(extra: bytes) -> None:
            vantage.believe(Trust(file, extra))

        reloads.add(FLAGS["ca_file"][0], vantage.added, lambda: certificates(file), believe)


def _add_secrets(reloads: Reloads) -> None:
    """Reload the secrets of checks that stand in files."""
    for name, file in secret_files().items():
        reloads.add(f"{name}_FILE", _held(name, file), _reading(name, file), _keeping(file))


def _held(name: str, file: str) -> str | None:
    """What a secret is at the start; None when it cannot be read, which costs only whoever asks
    for it.
    """
    try:
        return keep_secret(file, read_secret(name, file))
    except ValueError:
        return None


def _reading(name: str, file: str) -> Callable[[], str | None]:
    return lambda: read_secret(name, file)


def _keeping(file: str) -> Callable[[str | None], None]:
    def keep(text: str | None) -> None:
        keep_secret(file, text or "")
        parse_spec.cache_clear()  # what was made of a check may hold the old one

    return keep
