"""How often verdicts are right: `python -m tests.verdicts --help`."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence

from coordinator.replay import OUTSCOPE, RULES
from coordinator.simulator import SCENARIOS, Shape
from tests.verdicts.run import Scored, jobs_for, run
from tests.verdicts.terminal import rows, wrong


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, and print."""
    options = _parser().parse_args(arguments)
    found = list(_run(options))
    print(*rows(found), sep="\n")
    if options.wrong:
        print()
        print(*wrong(found), sep="\n")


def _run(options: Namespace) -> Iterator[Scored]:
    jobs = jobs_for(
        options.scenarios, options.seeds, options.rules, Shape(options.regions, options.workers, looks=options.looks)
    )
    for place, scored in enumerate(run(jobs, options.processes), 1):
        if sys.stderr.isatty():
            print(f"\r{place} of {len(jobs)}", end="", file=sys.stderr)
        yield from scored


def _parser() -> ArgumentParser:
    parser = ArgumentParser("python -m tests.verdicts", description="How often verdicts are right, in simulation.")
    parser.add_argument("--seeds", type=_seeds, default=_seeds("1-3"), help="such as 1000-1011 or 1,2,5")
    parser.add_argument("--rules", type=_rules, default=(OUTSCOPE,), help="names, or `all`")
    parser.add_argument("--scenarios", type=_scenarios, default=tuple(SCENARIOS), help="names or their beginnings")
    parser.add_argument("--looks", choices=("each", "shared"), default="each", help="who takes a look")
    parser.add_argument("--regions", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2, help="in each region")
    parser.add_argument("--processes", type=int, help="to run in; one for each processor by itself")
    parser.add_argument("--wrong", action="store_true", help="list the runs in which something was wrong")
    return parser


def _seeds(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)


def _rules(text: str) -> tuple[str, ...]:
    named = RULES if text == "all" else tuple(text.split(","))
    if unknown := set(named) - set(RULES):
        raise ValueError(f"no rules: {unknown}")
    return named


def _scenarios(text: str) -> tuple[str, ...]:
    beginnings = tuple(text.split(","))
    named = tuple(name for name in SCENARIOS if name in beginnings) or tuple(
        name for name in SCENARIOS if name.startswith(beginnings)
    )
    if not named:
        raise ValueError("no scenario begins so")
    return named


if __name__ == "__main__":
    main()
