"""LiteLLM asks nobody who is down: a hook for asynchronous routers (and its proxy), and states of
health for synchronous ones.

A deployment is a target of the advice by `model_info: {outscope: claude/api}`; without that, by its
provider, as long as it is asked at the vendor's own address (no `api_base`).
"""

import logging
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import litellm
from litellm.integrations.custom_logger import CustomLogger

from api.client.routing.follower import Follower
from api.client.routing.observed import Observed
from api.client.routing.opinion import kept
from worker.contract.clock import monotonic_s

TARGETS: Final[Mapping[str, str]] = MappingProxyType(
    {"anthropic": "claude/api", "openai": "openai/api", "gemini": "gemini/api"}
)
"""What the catalog calls LiteLLM's providers."""
EXPLICIT: Final = "outscope"
REASON: Final = "outscope: "
LEFT_S: Final = 60.0
"""So long a state of health that is not renewed still counts."""

log = logging.getLogger(f"outscope.{__name__}")


class OutscopeRouting(CustomLogger):  # type: ignore[misc]  # LiteLLM is not type-checked with us
    """`litellm.callbacks = [OutscopeRouting(url)]`: from then on routers leave out what is down.

    It asks in the background, changes nothing without fresh news, never leaves a router without a
    deployment, and raises nothing. A deployment that answers this process all the same is kept.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        token: str | None = None,
        *,
        services: Iterable[str] | None = None,
        region: str | None = None,
        targets: Mapping[str, str] = TARGETS,
        period_s: float | None = None,
    ) -> None:
        super().__init__()
        self.follower = Follower(url, token, services=services, region=region, period_s=period_s)
        self.follower.start()
        self.observed = Observed()
        self._targets = targets

    async def async_filter_deployments(
        self,
        model: str,
        healthy_deployments: list[Any],
        messages: Any,
        request_kwargs: dict[str, Any] | None = None,
        parent_otel_span: Any = None,
    ) -> list[Any]:
        """Those of the deployments that are not down; all of them when all are."""
        try:
            return kept(healthy_deployments, self._is_avoided)
        except Exception:  # a hook that raises fails the request
            log.exception("deployments_not_filtered")
            return healthy_deployments

    def _is_avoided(self, deployment: Any) -> bool:
        target = target_of(deployment, self._targets)
        since_s = self.follower.opinion.since(target, monotonic_s()) if target else None
        if since_s is None:
            return False
        return not self.observed.works(id_of(deployment.get("model_info")), since_s)

    async def async_log_success_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """A deployment answered."""
        self.log_success_event(kwargs, response_obj, start_time, end_time)

    async def async_log_failure_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """A deployment did not."""
        self.log_failure_event(kwargs, response_obj, start_time, end_time)

    def log_success_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """As above, of a synchronous call."""
        try:
            took_s = (end_time - start_time).total_seconds()
            self.observed.succeeded(_asked(kwargs), monotonic_s() - took_s)
        except Exception:
            log.debug("success_not_counted", exc_info=True)

    def log_failure_event(
        self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """As above, of a synchronous call."""
        try:
            self.observed.failed(_asked(kwargs))
        except Exception:
            log.debug("failure_not_counted", exc_info=True)


class HealthStates:
    """For `Router.completion`, which calls no hook: `HealthStates(router, url)` beside
    `Router(..., enable_health_check_routing=True)`.

    Tells the router after each news which of its deployments are down. A state that the router's
    own health checks found is left as it is, and ours ends a minute after the last news. All of a
    group are never said to be down.
    """

    def __init__(
        self,
        router: Any,
        url: str = "http://127.0.0.1:8000",
        token: str | None = None,
        *,
        services: Iterable[str] | None = None,
        region: str | None = None,
        targets: Mapping[str, str] = TARGETS,
        period_s: float | None = None,
    ) -> None:
        self._router, self._targets = router, targets
        self.follower = Follower(
            url,
            token,
            services=services,
            region=region,
            period_s=period_s,
            on_news=self._tell,
        )
        self.follower.start()

    def _tell(self) -> None:
        checks = self._router.health().health_checks
        states = checks.cache.get_cache(key=checks.CACHE_KEY) or {}
        at_s = time.time() - checks.staleness_threshold + LEFT_S
        told = {
            one: {"is_healthy": well, "timestamp": at_s, "reason": f"{REASON}{why}"}
            for one, (well, why) in self._found().items()
            if _is_ours(states.get(one), checks.staleness_threshold)
        }
        checks.set_deployment_health_states(told)

    def _found(self) -> dict[str, tuple[bool, str]]:
        """Whether each deployment that is a target is well, and by which target."""
        groups: dict[str, list[Any]] = {}
        for deployment in self._router.model_list:
            groups.setdefault(deployment["model_name"], []).append(deployment)
        found: dict[str, tuple[bool, str]] = {}
        for group in groups.values():
            left = {id_of(one["model_info"]) for one in kept(group, self._is_avoided)}
            for one in group:
                target = target_of(one, self._targets)
                name = id_of(one["model_info"])
                if target:
                    found[name] = (name in left, target)
        return found

    def _is_avoided(self, deployment: Any) -> bool:
        target = target_of(deployment, self._targets)
        return bool(target) and self.follower.opinion.avoids(target, monotonic_s())


def target_of(deployment: Mapping[str, Any], targets: Mapping[str, str] = TARGETS) -> str:
    """The target of the advice that a deployment is; empty when it is none."""
    info, params = deployment.get("model_info") or {}, deployment.get("litellm_params") or {}
    if EXPLICIT in info:
        return str(info[EXPLICIT] or "")
    if params.get("api_base"):
        return ""
    model, provider = _provider_of(str(params.get("model")), params.get("custom_llm_provider"))
    return f"{targets[provider]}/{model}" if provider in targets else ""


@lru_cache(maxsize=1024)
def _provider_of(model: str, provider: str | None) -> tuple[str, str]:
    """The model's own name and its provider, as LiteLLM knows them."""
    try:
        name, found, _, _ = litellm.get_llm_provider(model, custom_llm_provider=provider)
    except Exception:  # it raises what a vendor would answer
        return model, ""
    return str(name), str(found)


def id_of(model_info: Any) -> str:
    """The id that LiteLLM gave a deployment."""
    return str((model_info or {}).get("id", ""))


def _asked(kwargs: Any) -> str:
    return id_of((kwargs.get("litellm_params") or {}).get("model_info"))


def _is_ours(state: Any, staleness_s: float) -> bool:
    """Whether a state of health may be written over: it is ours, or it is too old to count."""
    if not isinstance(state, dict) or str(state.get("reason", "")).startswith(REASON):
        return True
    return time.time() - float(state.get("timestamp", 0)) >= staleness_s
