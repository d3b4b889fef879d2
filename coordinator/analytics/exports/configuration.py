"""The configuration in force, written as `outscope.yaml` is, so that `outscope replay` takes it."""

from collections.abc import Mapping
from typing import Any, Final

_SUFFIX: Final = "_ms"
"""Of thresholds that are durations, which a file writes without it."""


def source_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says that means a canonical document (as stored)."""
    judge = dict(_threshold(name, value) for name, value in document.get("judge", {}).items())
    return {
        "regions": [dict(region) for region in document.get("regions", ())],
        "services": [_service(service) for service in document.get("services", ())],
        **({"judge": judge} if judge else {}),
    }


def _service(service: Mapping[str, Any]) -> dict[str, Any]:
    components = [
        {**component, "checks": list(map(_check, component["checks"]))}
        for component in service["components"]
    ]
    return {**service, "components": components}


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    params = {name: value for name, value in check["params"].items() if name != "kind"}
    return {
        "id": check["id"],
        "kind": check["kind"],
        **params,
        "interval": f"{check['interval_ms']}ms",
        "timeout": f"{check['timeout_ms']}ms",
        **({"regions": check["regions"]} if "regions" in check else {}),
    }


def _threshold(name: str, value: Any) -> tuple[str, Any]:
    return (name.removesuffix(_SUFFIX), f"{value}ms") if name.endswith(_SUFFIX) else (name, value)
