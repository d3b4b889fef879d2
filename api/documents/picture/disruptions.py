"""The disruptions of one service that go on at once, each in a few words: pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.documents.picture.headline import Setting, headline, state
from api.documents.picture.standing import Standing
from api.documents.services import DisruptionLine
from api.documents.verdicts import VerdictView
from api.documents.words import SeverityWord

_OUTAGE_SHARE: Final = 0.8


def disruptions_of(
    standing: Standing | None, verdict: VerdictView, setting: Setting
) -> list[DisruptionLine]:
    """Each disruption that the evidence tells apart, the surest first; none while all is well."""
    found = (standing or {}).get("evidence", {}).get("disruptions", ())
    return [_line(one, standing or {}, verdict, setting) for one in found]


def together(found: Sequence[DisruptionLine], verdict: VerdictView, setting: Setting) -> str:
    """All of it in a few words: the widest disruption, and how many more there are."""
    if not found:
        return headline(verdict, setting)
    widest = next((one for one in found if one["scope"] == verdict["scope"]), found[0])
    more = len(found) - 1
    if not more:
        return widest["headline"]
    return f"{widest['headline']}, and {more} more disruption{'s' if more > 1 else ''}"


def _line(
    one: Mapping[str, Any], standing: Standing, verdict: VerdictView, setting: Setting
) -> DisruptionLine:
    own: VerdictView = {
        **verdict,
        "severity": _severity(one, standing),
        "scope": one["scope"],
        "regions": one["regions"],
        "components": one["components"],
    }
    return {
        "headline": headline(own, setting, one["slow"]),
        "state": state(own),
        "slow": one["slow"],
        "scope": one["scope"],
        "regions": one["regions"],
        "components": one["components"],
    }


def _severity(one: Mapping[str, Any], standing: Standing) -> SeverityWord:
    """As the judge tells it; of an older version by the share of looks that failed."""
    told: SeverityWord | None = one.get("severity")
    if told is not None:
        return told
    if one["slow"]:
        return "degraded"
    cells = [
        c
        for c in standing["cells"]
        if c["component"] in one["components"] and c["region"] in one["regions"]
    ]
    bad, looks = sum(c["bad"] for c in cells), sum(c["bad"] + c["ok"] for c in cells)
    share = standing["evidence"].get("thresholds", {}).get("outage_share", _OUTAGE_SHARE)
    return "outage" if bad and bad >= share * looks else "degraded"
