"""What goes wrong in the small internet, in which order, and what is then true."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from api.demo.weather import EVERYWHERE, Behaviour, Weather
from api.demo.world import ENDPOINTS, endpoints_of

Ids: TypeAlias = frozenset[str]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a verdict should say, as far as it matters: the regions of a regional one, and the
    components that fail.
    """

    scope: str
    regions: Ids = frozenset()
    components: Ids = frozenset()

    def __str__(self) -> str:
        where = f" in {', '.join(sorted(self.regions))}" if self.regions else ""
        what = f" ({', '.join(sorted(self.components))})" if self.components else ""
        return f"{self.scope}{what}{where}"


WELL: Final = Claim("none")


@dataclass(frozen=True, slots=True)
class Step:
    """One event: what is told, what the weather becomes, and what is true from then on.

    `services` and `regions` name only what is not well; `stopped` are the regions whose worker does
    not run.
    """

    told: str
    weather: Callable[[Weather], None]
    services: Mapping[str, Claim] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    stopped: Ids = frozenset()
    within_s: float = 20.0


def _regional(service: str, *regions: str) -> Claim:
    return Claim(
        "regional", frozenset(regions), frozenset(e.component for e in endpoints_of(service))
    )


def _component(*components: str) -> Claim:
    return Claim("component", components=frozenset(components))


def _fine(*services: str) -> Callable[[Weather], None]:
    def clear(weather: Weather) -> None:
        for service in services:
            weather.set(Behaviour.FINE, endpoints_of(service))

    return clear


def _dead(weather: Weather) -> None:
    weather.set(Behaviour.HANG, ENDPOINTS, ["sa-east"])
    weather.set(Behaviour.RESET, endpoints_of("aster"), ["sa-east"])
    weather.set(Behaviour.CLOSE, endpoints_of("internet", "harbour"), ["sa-east"])


def _alive_and_aster_disrupted(weather: Weather) -> None:
    weather.set(Behaviour.FINE, ENDPOINTS, ["sa-east"])
    weather.set(Behaviour.ERROR, endpoints_of("aster", "api", "web"), ["eu-west"])
    weather.set(Behaviour.HANG, endpoints_of("aster", "console"), ["eu-west"])


def _chat_down(weather: Weather) -> None:
    weather.set(Behaviour.FINE, endpoints_of("aster"))
    weather.set(Behaviour.ERROR, endpoints_of("bramble", "chat"))


def _cinder_down(*regions: str) -> Callable[[Weather], None]:
    def spread(weather: Weather) -> None:
        weather.set(Behaviour.FINE, endpoints_of("bramble"))
        weather.set(Behaviour.ERROR, endpoints_of("cinder"), regions)
        weather.set(Behaviour.RESET, endpoints_of("cinder", "app"), regions)

    return spread


def _cinder_back(*components: str) -> Callable[[Weather], None]:
    return lambda weather: weather.set(Behaviour.FINE, endpoints_of("cinder", *components))


def _admitted(weather: Weather) -> None:
    weather.page.admit("api")


def _cinder_well(weather: Weather) -> None:
    _cinder_back("app")(weather)
    weather.page.close()


def _nothing(_weather: Weather) -> None:
    """The weather stays."""


SCRIPT: Final = (
    Step("A quiet morning: everything answers everybody.", _nothing, within_s=30),
    Step(
        "The worker in São Paulo loses its network: nothing answers it, not even the references.",
        _dead,
        regions={"sa-east": "unfit"},
    ),
    Step(
        "São Paulo is back. Aster fails for everybody who comes from Ireland.",
        _alive_and_aster_disrupted,
        {"aster": _regional("aster", "eu-west")},
    ),
    Step(
        "Aster is well again. Bramble Chat is down, everywhere; its API is not.",
        _chat_down,
        {"bramble": _component("chat")},
    ),
    Step(
        "Bramble is well again. Cinder begins to fail, first in Tokyo.",
        _cinder_down("ap-northeast"),
        {"cinder": _regional("cinder", "ap-northeast")},
    ),
    Step(
        "It spreads to Sydney.",
        _cinder_down("ap-northeast", "oc-southeast"),
        {"cinder": _regional("cinder", "ap-northeast", "oc-southeast")},
    ),
    Step(
        "And then to the whole world: Cinder is down.",
        _cinder_down(*EVERYWHERE),
        {"cinder": Claim("system_wide")},
    ),
    Step(
        "Only now Cinder's status page says something: of its API alone.",
        _admitted,
        {"cinder": Claim("system_wide")},
    ),
    Step(
        "Cinder recovers, first its API.",
        _cinder_back("api"),
        {"cinder": _component("app", "login")},
    ),
    Step("Then its login.", _cinder_back("login"), {"cinder": _component("app")}),
    Step("Then its app: all is well.", _cinder_well),
    Step(
        "The worker in Sydney is stopped: nobody hears from that region any more.",
        _nothing,
        regions={"oc-southeast": "silent"},
        stopped=frozenset({"oc-southeast"}),
    ),
    Step("It is started again.", _nothing, within_s=30),
)

MISSING: Final = ("app", "login")
"""What failed and the page never admitted."""
INCIDENTS: Final = {"aster": "regional", "bramble": "component", "cinder": "system_wide"}
"""The one incident of each service that the script makes, and the widest scope it has."""
