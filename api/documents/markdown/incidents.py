"""Incidents in words."""

from collections.abc import Mapping
from typing import Any

from api.documents.markdown.text import (
    Marked,
    bullets,
    front_matter,
    interval,
    link,
    percent,
    plain,
    section,
    table,
    title,
    whole,
    words,
)

Found = Mapping[str, Any]
_FACTS = ("service", "severity", "scope", "peak", "regions", "components")
_TIMES = ("started_after", "started_by", "ended_after", "ended_by")


def incidents(found: Found) -> bytes:
    """One page of incidents, the newest first."""
    rows = (
        (
            Marked(link(one["id"], f"/v1/incidents/{one['id']}.md")),
            one["service"],
            one["scope"].replace("_", "-"),
            one["severity"],
            interval(one["started_after"], one["started_by"]),
            "open" if one["resolved_at"] is None else (one["closed_because"] or "ended"),
        )
        for one in found["items"]
    )
    said = table(("incident", "service", "scope", "severity", "began", "state"), rows)
    facts = {"incidents": len(found["items"]), "next": found["next"]}
    return whole(front_matter(facts), title("Incidents"), said or "There was none.")


def incident(found: Found) -> bytes:
    """One incident: how far, since when, how sure, and what happened to it."""
    facts = {
        "incident": found["id"],
        **{key: found[key] for key in _FACTS},
        **{key: found[key] for key in _TIMES},
        "open": found["resolved_at"] is None,
    }
    path = f"/v1/incidents/{found['id']}"
    service = f"/v1/services/{found['service']}"
    return whole(
        front_matter(facts),
        title(f"{found['service']}: {found['scope'].replace('_', '-')}"),
        plain(found["reason"]),
        bullets(_told(found)),
        section("Where"),
        table(
            ("", "reached", "since", "until"),
            ((one["axis"], one["name"], one["since"], one["until"]) for one in found["parts"]),
        ),
        section("What happened"),
        bullets(
            f"{one['at']} {plain(one['event'])}: {plain(one['reason'])}"
            for one in found["timeline"]
        ),
        section("More"),
        bullets(
            (
                f"The service: {link(found['service'], service + '.md')}",
                f"As JSON: {link(path, path)}",
            )
        ),
    )


def _told(found: Found) -> list[str]:
    said = [
        f"Began {interval(found['started_after'], found['started_by'])}",
        _end(found),
        f"Regions: {words(found['regions'])}",
        f"Components: {words(found['components'])}",
    ]
    share = found["failing_share"]
    if share:
        said.append(
            f"{percent(share['estimate'])} of {share['looks']} looks fail, most likely"
            f" {percent(share['low'])} to {percent(share['high'])}"
        )
    if found["cause"]:
        cause = found["cause"]
        said.append(
            "Most likely one cause with"
            f" {link(cause['id'], '/v1/incidents/' + cause['id'] + '.md')} of"
            f" {plain(cause['service'])}"
        )
    return said


def _end(found: Found) -> str:
    if found["resolved_at"] is None:
        return "It goes on"
    if found["withdrawn"]:
        return "Withdrawn: what it rested on counts no more"
    return f"Ended {interval(found['ended_after'], found['ended_by'])}"
