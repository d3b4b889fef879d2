"""Faults of a region's line, of its names and of its clock."""

from tests.chaos.fault import Draw, Fault, nothing

LOSS = 0.3
SKEWS_S = (-90, 45, 600)


def partition(draw: Draw) -> Fault:
    """Nothing passes, and nobody is told."""
    region = draw.region()
    line = draw.installation.lines[region]
    return Fault("partition of a region", draw.lasting(), line.drop, line.heal, region)


def loss(draw: Draw) -> Fault:
    """Of the packets 30 % vanish, each way."""
    region = draw.region()
    line = draw.installation.lines[region]
    return Fault("30 % of packets lost", draw.lasting(), lambda: line.drop(LOSS), line.heal, region)


def cut(draw: Draw) -> Fault:
    """All connections break."""
    region = draw.region()
    line = draw.installation.lines[region]
    return Fault("connections broken", 1.0, line.cut, nothing, region)


def short_delay(draw: Draw) -> Fault:
    """200 ms each way."""
    return _delay(draw, 0.2)


def long_delay(draw: Draw) -> Fault:
    """800 ms each way."""
    return _delay(draw, 0.8)


def _delay(draw: Draw, delay_s: float) -> Fault:
    region = draw.region()
    line = draw.installation.lines[region]
    kind = f"{delay_s * 1000:.0f} ms each way"
    return Fault(kind, draw.lasting(), lambda: line.delay(delay_s), lambda: line.delay(0.0), region)


def names_silent(draw: Draw) -> Fault:
    """The resolver answers nothing."""
    return _names(draw, "DNS silent", "silent")


def names_failing(draw: Draw) -> Fault:
    """The resolver answers SERVFAIL."""
    return _names(draw, "DNS fails (SERVFAIL)", "failing")


def _names(draw: Draw, kind: str, how: str) -> Fault:
    region = draw.region()
    names = draw.installation.lines[region].names
    return Fault(
        kind,
        draw.lasting(),
        lambda: setattr(names, how, True),
        lambda: setattr(names, how, False),
        region,
    )


def clock(draw: Draw) -> Fault:
    """A worker's clock steps, and steps back."""
    region, by_s = draw.region(), draw.chance.choice(SKEWS_S)
    step = draw.installation.step_clock
    return Fault(
        "clock of a worker steps",
        draw.lasting(),
        lambda: step(region, by_s),
        lambda: step(region, 0),
        f"{region}, {by_s:+d} s",
    )
