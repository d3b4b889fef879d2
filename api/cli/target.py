"""An address as a check: which kind looks at it, and with which parameters, as the kinds say it."""

from collections.abc import Iterable
from typing import Any

import yaml

from api.configuration import parameter_models
from worker.contract.kind import CheckParams
from worker.contract.settings.address import echoed


class TargetError(ValueError):
    """A target that names no check; the sentence says how to write one."""


def is_address(target: str) -> bool:
    """Whether a target is written as an address: `https://example.org`, `dns:example.org`."""
    scheme, colon, _ = target.partition(":")
    return "://" in target or (bool(colon) and scheme in kinds_by_scheme())


def kinds_by_scheme() -> dict[str, str]:
    """Every scheme that some kind takes, and which kind that is."""
    models = parameter_models().items()
    return {scheme: kind for kind, model in models for scheme in model.schemes}


def check_of(target: str, kind: str | None = None) -> tuple[str, dict[str, Any]]:
    """The kind and parameters of a look at `target`; TargetError when it is not understood.

    `kind` decides over the address's scheme: `tls` of `https://example.com` looks at the
    certificate alone.
    """
    known = kinds_by_scheme()
    url = target if kind is None or is_address(target) else _address(target, kind)
    scheme = url.partition(":")[0].lower()
    if scheme not in known:
        raise TargetError(f"unknown scheme; write one of {'://, '.join(known)}://")
    wanted = kind or known[scheme]
    try:
        return wanted, _model(wanted).from_url(url)
    except ValueError as error:
        raise TargetError(str(error)) from None


def with_params(params: dict[str, Any], more: Iterable[str]) -> dict[str, Any]:
    """The parameters with further ones such as `expect.status=[200, 401]`, whose values are YAML;
    else TargetError.
    """
    whole: dict[str, Any] = dict(params)
    for text in more:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise TargetError(
                f"{echoed(text)} is no parameter; write NAME=VALUE, such as http_version=2"
            )
        *path, last = name.split(".")
        place = whole
        for step in path:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise TargetError(f"{name} cannot be set: {step} has a value already")
        try:
            place[last] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise TargetError(f"the value of {name} cannot be read: {echoed(value)}") from error
    return whole


def _address(place: str, kind: str) -> str:
    """A bare host as an address of this kind's usual scheme."""
    schemes = _model(kind).schemes
    if not schemes:
        raise TargetError(f"a check of kind {kind} cannot be written as an address; give its id")
    return f"{schemes[0]}://{place}"


def _model(kind: str) -> type[CheckParams]:
    models = parameter_models()
    if kind not in models:
        raise TargetError(f"there is no kind {kind!r}; known are {', '.join(models)}")
    return models[kind]
