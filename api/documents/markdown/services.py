"""Services in words."""

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


def services(found: Found) -> bytes:
    """All services, a line each."""
    items = found["items"]
    wrong = [one["id"] for one in items if one["state"] not in {"well", "unknown"}]
    facts = {"services": len(items), "disrupted": wrong}
    rows = (
        (
            Marked(link(one["name"], f"/v1/services/{one['id']}.md")),
            one["headline"],
            one["verdict"]["scope"].replace("_", "-"),
            percent(one["verdict"]["confidence"]),
            one["since"],
        )
        for one in items
    )
    said = table(("service", "now", "scope", "confidence", "since"), rows)
    return whole(front_matter(facts), title("Services"), said or "No service is configured yet.")


def service(found: Found) -> bytes:
    """One service: how far it reaches, how sure that is, since when, and where the evidence is."""
    verdict, path = found["verdict"], f"/v1/services/{found['id']}"
    facts = {
        "service": found["id"],
        **{key: verdict[key] for key in ("severity", "scope", "regions", "components")},
        "confidence": round(verdict["confidence"], 3),
        "since": found["since"],
        "at": verdict["at"],
    }
    return whole(
        front_matter(facts),
        title(f"{found['name']}: {found['headline']}"),
        plain(verdict["reason"]),
        _cells(verdict["cells"]),
        _incidents(found["incidents"]),
        section("More"),
        bullets(
            (
                f"Evidence: {link(path + '/evidence', path + '/evidence')}",
                f"As JSON: {link(path, path)}",
                *(_status_page(found["status_page"])),
            )
        ),
    )


def _cells(cells: list[Found]) -> str:
    wrong = [one for one in cells if one["state"] != "well"]
    told = f"{len(cells) - len(wrong)} of {len(cells)} pairs of component and region are well."
    rows = (
        (
            one["component"],
            one["region"],
            one["state"],
            f"{one['bad']} of {one['bad'] + one['ok']}",
            interval(one["last_good"], one["first_bad"]),
            one["why"] or ", ".join(one["reasons"]),
        )
        for one in wrong
    )
    head = ("component", "region", "state", "failed looks", "began", "why")
    return whole(section("Seen from"), told, table(head, rows)).decode().rstrip()


def _incidents(incidents: list[Found]) -> str:
    lines = (
        f"{link(one['id'], '/v1/incidents/' + one['id'] + '.md')}, {plain(one['scope'])}, began"
        f" {interval(one['started_after'], one['started_by'])}: {plain(one['reason'])}"
        for one in incidents
    )
    told = bullets(lines)
    return f"{section('Open incidents')}\n\n{told}" if told else ""


def _status_page(page: Found | None) -> list[str]:
    return [f"The vendor's own page: {plain(page['url'])}"] if page else []


def regions(found: Found) -> bytes:
    """All regions, and whether they are fit to speak."""
    items = found["items"]
    unfit = [one["id"] for one in items if one["fitness"] != "fit"]
    rows = ((one["id"], one["name"], one["fitness"], one["why"]) for one in items)
    said = table(("region", "name", "fitness", "why"), rows)
    return whole(
        front_matter({"regions": len(items), "not_fit": unfit}),
        title("Regions"),
        said or "No region is configured yet.",
    )


def advice(found: Found) -> bytes:
    """What to use now, the best first."""
    rows = (
        (
            one["id"],
            one["use"],
            one["severity"],
            one["scope"].replace("_", "-"),
            percent(one["confidence"]),
            interval(*one["since"]) if one["since"] else "",
        )
        for one in found["targets"]
    )
    facts = {key: found[key] for key in ("v", "at", "ttl_s", "order")}
    return whole(
        front_matter(facts),
        title("What to use now"),
        f"Best first: {words(found['order'])}.",
        table(("target", "use", "severity", "scope", "confidence", "began"), rows),
        "`unknown` is no opinion: do as without advice.",
    )


def evidence(found: Found) -> bytes:
    """How a verdict came about, in sentences."""
    verdict = found["verdict"]
    facts = {key: verdict[key] for key in ("at", "severity", "scope", "confidence")}
    return whole(
        front_matter({"service": found["service"], **facts}),
        title(f"Why {found['service']} is said to be so"),
        bullets(map(plain, found["sentences"])),
    )


def here(found: Found) -> bytes:
    """Whom what is wrong concerns, as seen from near the caller."""
    near = [one["region"] for one in found["near"]]
    rows = (
        (
            one["name"],
            one["concerns"],
            one["headline"],
            ", ".join(one["disrupted_in"]),
            percent(one["confidence"]),
        )
        for one in found["services"]
    )
    return whole(
        front_matter({"country": found["country"], "asn": found["asn"], "near": near}),
        title("Is it me?"),
        f"Seen from the regions nearest to the caller: {words(near)}.",
        table(("service", "concerns", "now", "disrupted near you in", "confidence"), rows),
        "What concerns nobody near, and does not work for you, is you or your network.",
    )
