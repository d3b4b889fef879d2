"""What a client would rather have, of headers such as `Accept` (RFC 9110, 12.4.2)."""


def weights(header: str) -> dict[str, float]:
    """How much each is wanted, from 0 (not at all) to 1; a weight that is none is 0."""
    return dict(map(_weight, header.lower().split(",")))


def _weight(part: str) -> tuple[str, float]:
    name, *parameters = (one.strip() for one in part.split(";"))
    told = dict(one.split("=", 1) for one in parameters if "=" in one)
    try:
        return name, float(told.get("q", "1"))
    except ValueError:
        return name, 0.0
