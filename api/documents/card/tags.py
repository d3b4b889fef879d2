"""What a link to an incident shows before it is followed: Open Graph, as messengers read it."""

from html import escape

from api.documents.card.card import HEIGHT, WIDTH, Card


def tags(card: Card, page: str, picture: str) -> bytes:
    """The elements for the head of a page, at these addresses."""
    told = {
        "og:type": "article",
        "og:site_name": "Outscope",
        "og:title": card.title,
        "og:description": card.description,
        "og:url": page,
        "og:image": picture,
        "og:image:type": "image/png",
        "og:image:width": str(WIDTH),
        "og:image:height": str(HEIGHT),
        "og:image:alt": card.title,
    }
    lines = [f'<meta property="{name}" content="{escape(text)}">' for name, text in told.items()]
    lines.append('<meta name="twitter:card" content="summary_large_image">')
    return "\n".join(lines).encode() + b"\n"
