"""What vendors publish, in the forms of their public documentation, made up. Moments are minutes
before now.
"""

import json
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

NOW = int(time.time()) // 60 * 60


def ago(minutes: float) -> str:
    """A moment as RFC 3339."""
    return datetime.fromtimestamp(NOW - minutes * 60, UTC).isoformat().replace("+00:00", "Z")


def ms_ago(minutes: float) -> int:
    """The same moment in milliseconds."""
    return round((NOW - minutes * 60) * 1000)


def mail_ago(minutes: float) -> str:
    """A moment as RFC 822."""
    return format_datetime(datetime.fromtimestamp(NOW - minutes * 60, UTC), usegmt=True)


def statuspage(**changes: Any) -> dict[str, Any]:
    parts = [
        {"id": "c1", "name": "API (api.example.com)", "status": "partial_outage"},
        {"id": "c2", "name": "Chat"},
    ]
    incident = {
        "id": "p31zjtct2jer",
        "name": "Elevated errors",
        "status": "identified",
        "impact": "major",
        "created_at": ago(30),
        "started_at": ago(45),
        "updated_at": ago(5),
        "resolved_at": None,
        "shortlink": "https://stspg.example/p31zjtct2jer",
        "components": parts[:1],
        "incident_updates": [
            {"status": "identified", "body": "Found <b>it</b> &amp; fixing.", "created_at": ago(5)},
            {
                "status": "investigating",
                "body": "We are looking.",
                "created_at": ago(30),
                "affected_components": [
                    {"code": "c2", "name": "Chat", "new_status": "partial_outage"}
                ],
            },
        ],
        **changes,
    }
    return {
        "page": {"id": "x", "name": "Example", "url": "https://status.example"},
        "incidents": [incident],
    }


def google_cloud(**changes: Any) -> list[dict[str, Any]]:
    incident = {
        "id": "gc1",
        "number": "123",
        "begin": ago(60),
        "created": ago(40),
        "modified": ago(10),
        "external_desc": "Vertex Gemini API errors",
        "severity": "high",
        "status_impact": "SERVICE_DISRUPTION",
        "service_name": "Multiple Products",
        "affected_products": [{"title": "Vertex Gemini API", "id": "p1"}],
        "currently_affected_locations": [{"title": "Iowa (us-central1)", "id": "us-central1"}],
        "updates": [
            {
                "created": ago(10),
                "when": ago(10),
                "text": "Mitigation under way.",
                "status": "SERVICE_DISRUPTION",
            },
            {
                "created": ago(40),
                "when": ago(40),
                "text": "We see it.",
                "status": "SERVICE_INFORMATION",
                "affected_locations": [{"title": "Belgium (europe-west1)", "id": "europe-west1"}],
            },
        ],
        "uri": "incidents/gc1",
        **changes,
    }
    past = {
        "id": "gc0",
        "begin": ago(99_000),
        "end": ago(98_000),
        "external_desc": "Past",
        "updates": [],
    }
    return [incident, past]


def google_ai(state: int = 1) -> list[Any]:
    updates = [
        [state, "2026-11-25 05:00", [str(NOW - 300)], "It is going on."],
        [1, "2026-11-25 04:30", [str(NOW - 2100)], "We are looking into it."],
    ]
    return [[[["GeminiAPI-1", "Increased errors", 2, updates, 1, [1, 3]]]]]


def aws(status: str = "3") -> list[dict[str, Any]]:
    return [
        {
            "date": str(NOW - 3600),
            "arn": (
                "arn:aws:health:us-east-1::event/BEDROCK/AWS_BEDROCK_OPERATIONAL_ISSUE/AWS_BEDROCK_1"
            ),
            "region_name": "N. Virginia",
            "status": status,
            "service": "bedrock-us-east-1",
            "service_name": "Amazon Bedrock",
            "summary": "Increased Error Rates",
            "event_log": [
                {
                    "summary": "Increased Error Rates",
                    "message": "We look.",
                    "status": "2",
                    "timestamp": NOW - 3000,
                },
                {
                    "summary": "Increased Error Rates",
                    "message": "We mend.",
                    "status": "3",
                    "timestamp": NOW - 600,
                },
            ],
            "impacted_services": {
                "lambda-us-east-1": {"service_name": "AWS Lambda", "current": "1", "max": "2"}
            },
        }
    ]


def rss(*items: str, channel: str = "<title>Example status</title>") -> bytes:
    return (
        '<?xml version="1.0"?><rss'
        f' version="2.0"><channel>{channel}{"".join(items)}</channel></rss>'.encode()
    )


def item(title: str, *, minutes: float = 10, text: str = "", more: str = "") -> str:
    return (
        f"<item><title>{title}</title><guid>id-{title}</guid><link>https://status.example/1</link>"
        f"<pubDate>{mail_ago(minutes)}</pubDate><description><![CDATA[{text}]]></description>{more}</item>"
    )


def atom(*entries: str) -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>{"".join(entries)}</feed>'.encode()


def dumps(document: Any) -> bytes:
    return json.dumps(document).encode()
