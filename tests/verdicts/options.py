"""What may be said on the command line."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

from coordinator.evaluation.names import OUTSCOPE, RULES
from coordinator.evaluation.simulator import SCENARIOS
from tests.verdicts.plan import DAYS
from tests.verdicts.proof.trials import REGIMES

FIRST, LAST = 1000, 1003
"""The seeds of the page; those below are for tuning."""


def parser() -> ArgumentParser:
    """All options. Without --out, the scenarios are printed as a compact table."""
    found = ArgumentParser(
        "python -m tests.verdicts", description="How often verdicts are right, in simulation."
    )
    add = found.add_argument
    add(
        "--seeds",
        type=_seeds,
        default=tuple(range(FIRST, LAST + 1)),
        help="such as 1000-1011 or 1,2,5",
    )
    add(
        "--rules",
        type=_rules,
        help="names, or `all`; for the terminal ours alone, for the page all",
    )
    add("--scenarios", type=_scenarios, default=_all(), help="names or their beginnings")
    add(
        "--looks",
        choices=("each", "shared"),
        default="each",
        help="every worker takes each look, or one of a region",
    )
    add("--regions", type=int, default=8)
    add("--workers", type=int, default=2, help="in each region")
    add(
        "--noise",
        choices=tuple(REGIMES),
        default="normal",
        help="what fails by chance, in the terminal",
    )
    add("--processes", type=int, help="to run in; one for each processor by itself")
    add(
        "--confirm",
        action="store_true",
        help="our judge may ask for extra looks; on the page a part of its own",
    )
    add("--wrong", action="store_true", help="list the runs in which something was wrong")
    add("--out", type=Path, help="write the page there, and the diagram into ../images beside it")
    add("--json", type=Path, help="write the score of each run there")
    add("--records", type=Path, help="folder with records of real incidents, for the page")
    add(
        "--quiet-days",
        type=int,
        default=1,
        help="for all rules on the page, with each noise; three times as many more for ours",
    )
    add(
        "--trials",
        type=int,
        default=0,
        help="further trials of faults that are never system-wide, for the page",
    )
    return found


def _all() -> tuple[str, ...]:
    return tuple(name for name in SCENARIOS if name not in DAYS)


def _seeds(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)


def _rules(text: str) -> tuple[str, ...]:
    named = RULES if text == "all" else tuple(text.split(","))
    if unknown := sorted(set(named) - set(RULES)):
        raise ArgumentTypeError(
            f"no rule is called {', '.join(unknown)}; there are {', '.join(RULES)}"
        )
    return (OUTSCOPE, *(rule for rule in named if rule != OUTSCOPE)) if OUTSCOPE in named else named


def _scenarios(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for wanted in text.split(","):
        named = (
            [wanted]
            if wanted in SCENARIOS
            else [name for name in SCENARIOS if name.startswith(wanted)]
        )
        if not named:
            raise ArgumentTypeError(f"no scenario is called {wanted}, or begins so")
        found += named
    return tuple(dict.fromkeys(found))
