"""The questions that both clients know, by name."""

from collections.abc import Iterable

from api.client.asking import Ask, path


def advice(services: Iterable[str] | None, models: Iterable[str] | None, region: str | None) -> Ask:
    """What to use now."""
    return Ask(
        path("advice"), {"services": _all(services), "models": _all(models), "region": region}
    )


def here(service: str | None) -> Ask:
    """Is it me?"""
    return Ask(path("here"), {"service": service})


def incidents(service: str | None, open_only: bool) -> Ask:
    """Incidents, the newest first."""
    return Ask(path("incidents"), {"service": service, "open": open_only or None})


def _all(names: Iterable[str] | None) -> str | None:
    return None if names is None else ",".join(names)
