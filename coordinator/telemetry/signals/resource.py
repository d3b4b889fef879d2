"""Who speaks: the resource of everything that is sent."""

from typing import Final

from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME, SERVICE_VERSION

from worker.contract.installed import own_version

SCOPE: Final = "outscope"
SCOPE_VERSION: Final = own_version()


def resource() -> Resource:
    """Us, as OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say otherwise."""
    ours = Resource({SERVICE_NAME: "outscope", SERVICE_VERSION: SCOPE_VERSION})
    return ours.merge(OTELResourceDetector().detect())
