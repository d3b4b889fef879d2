"""The regions that one command looks from, when it is several."""

from collections.abc import Sequence

from worker.contract.borrowing.rules import GLOBALPING
from worker.flags import SettingsError, called
from worker.settings import identifier, told_by


def several_regions(argv: Sequence[str]) -> tuple[str, ...]:
    """The regions, when several borrowed ones are given; SettingsError when one of them is none, or
    they are not borrowed.
    """
    told = told_by(argv)
    regions = tuple(part.strip() for part in told.text("region").split(",") if part.strip())
    if len(regions) < 2:
        return ()
    if told.text("via") != GLOBALPING:
        raise SettingsError(
            f"{called('region')} names several regions, and a machine stands in one; give one, or"
            f" {called('via')} for borrowed ones"
        )
    if len(set(regions)) < len(regions):
        raise SettingsError(f"{called('region')} names a region twice; keep one")
    return tuple(identifier("region", region) for region in regions)
