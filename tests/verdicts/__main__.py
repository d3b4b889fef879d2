"""How often verdicts are right: `python -m tests.verdicts --help`."""

import json
import shlex
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from coordinator.evaluation.names import OUTSCOPE, RULES
from coordinator.evaluation.simulator import Shape
from coordinator.evaluation.simulator.records import read_records, scenarios_of
from tests.verdicts.calibration import bins
from tests.verdicts.diagram import reliability
from tests.verdicts.figures import figures
from tests.verdicts.options import parser
from tests.verdicts.page import DIAGRAM, page
from tests.verdicts.plan import Wanted, jobs_for, parts
from tests.verdicts.proof.page import section_of
from tests.verdicts.proof.trials import REGIMES
from tests.verdicts.reach import ours
from tests.verdicts.run import Job, Scored, run
from tests.verdicts.terminal import rows, wrong


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, and print or write."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = parser().parse_args(arguments)
    if options.out:
        found = _write(options, arguments)
    else:
        found = {"main": _play({"main": _jobs(options)}, options.processes)["main"]}
        print(*rows(found["main"]), sep="\n")
    if options.wrong:
        print(*wrong([one for scored in found.values() for one in scored]), sep="\n")
    if options.json:
        text = json.dumps(
            {name: [_flat(one) for one in scored] for name, scored in found.items()}, indent=1
        )
        options.json.write_text(text + "\n", encoding="utf-8")


def _jobs(options: Namespace) -> list[Job]:
    shape = Shape(options.regions, options.workers, looks=options.looks)
    jobs = jobs_for(options.scenarios, options.seeds, options.rules or (OUTSCOPE,), shape)
    noise = REGIMES[options.noise]
    return [replace(job, confirm=options.confirm, noise=noise) for job in jobs]


def _write(options: Namespace, arguments: Sequence[str]) -> Mapping[str, list[Scored]]:
    """The page and the diagram."""
    wanted = Wanted(
        seeds=options.seeds,
        rules=options.rules or RULES,
        scenarios=options.scenarios,
        regions=options.regions,
        workers=options.workers,
        looks=options.looks,
        quiet_halves=2 * options.quiet_days,
        alone_halves=6 * options.quiet_days,
        trials=options.trials,
        confirm=options.confirm,
        records=_records(options.records),
    )
    found = _play(parts(wanted), options.processes)
    proved = section_of(options.out.read_text("utf-8")) if options.out.exists() else ""
    text = page(found, wanted, _command(arguments), proved)
    options.out.write_text(text, encoding="utf-8")
    images = options.out.parent.parent / "images"
    images.mkdir(exist_ok=True)
    samples = figures(ours(found["main"])).samples
    (images / DIAGRAM).write_text(
        reliability(bins(samples), "How often it is right"), encoding="utf-8"
    )
    return found


def _records(folder: Path | None) -> Mapping[str, Any]:
    return scenarios_of(read_records(folder).usable) if folder and folder.is_dir() else {}


def _command(arguments: Sequence[str]) -> str:
    """What was typed, but for where the records are."""
    words = list(arguments)
    if "--records" in words:
        words[words.index("--records") + 1] = "DIR"
    return shlex.join(["python", "-m", "tests.verdicts", *words])


def _play(wanted: Mapping[str, Sequence[Job]], processes: int | None) -> dict[str, list[Scored]]:
    jobs = [(name, job) for name, jobs in wanted.items() for job in jobs]
    found: dict[str, list[Scored]] = {name: [] for name in wanted}
    for place, scored in enumerate(run([job for _, job in jobs], processes)):
        found[jobs[place][0]] += scored
        if sys.stderr.isatty():
            print(f"\r{place + 1} of {len(jobs)} plays", end="", file=sys.stderr)
    return found


def _flat(one: Scored) -> dict[str, Any]:
    """A score, JSON-able."""
    facts = one.score.facts
    return {
        "rule": one.rule,
        "scenario": facts.scenario,
        "family": facts.family,
        "seed": facts.seed,
        "target_ms": len(facts.services) * (facts.until - facts.since),
        "cases": [asdict(case) for case in one.score.cases],
        "false_incidents": one.score.false_incidents,
        "false_alarms": one.score.false_alarms,
        "false_system_wide": one.score.false_wide,
        "confidence": [[*sample, count] for sample, count in sorted(one.score.samples.items())],
        "cost": asdict(one.cost),
    }


if __name__ == "__main__":
    main()
