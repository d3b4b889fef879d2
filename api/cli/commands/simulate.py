"""`outscope simulate`: results of a simulated internet whose truth is known, for `outscope replay`
and for tuning.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from api.cli.files.output import Force, is_plain, output, refuse, target_of
from api.cli.files.simulation_files import write_configuration, write_results, write_truth
from api.cli.options.api_options import WRONG
from api.cli.terminal.outside import say
from coordinator.configuration.duration import milliseconds
from coordinator.evaluation.simulator import (
    DOUBLED,
    NORMAL,
    SCENARIOS,
    SICK,
    SILENT,
    Noise,
    Scenario,
    Shape,
    scenario,
)
from coordinator.evaluation.simulator.fleet.shape import Looks
from coordinator.evaluation.simulator.records import RECORD, read_records, scenarios_of

_NOISE: Final[Mapping[str, Noise]] = {
    "normal": NORMAL,
    "doubled": DOUBLED,
    "sick": SICK,
    "none": SILENT,
}

_STDOUT: Final = "-"

Name = Annotated[
    str | None, typer.Argument(metavar="SCENARIO", help="What happens; --list names all.")
]
Seed = Annotated[int, typer.Option(help="Decides what is hit, when, and all chance.", metavar="N")]
Out = Annotated[
    str, typer.Option(help="Results as NDJSON, gzip when it ends in .gz; - is standard output.")
]
ConfigOut = Annotated[
    str | None, typer.Option(help="Write the configuration that fits.", metavar="FILE")
]
TruthOut = Annotated[str | None, typer.Option(help="Write what is true, as JSON.", metavar="FILE")]
Regions = Annotated[int, typer.Option(help="Regions, 3 to 50.", metavar="N")]
Workers = Annotated[int, typer.Option(help="Workers in each region, 1 to 10.", metavar="N")]
Interval = Annotated[str, typer.Option(help="Between two looks, 10s to 5m.", metavar="DURATION")]
Components = Annotated[int, typer.Option(help="Components of the main service.", metavar="N")]
NoiseName = Annotated[
    Literal["normal", "doubled", "sick", "none"],
    typer.Option("--noise", help="What fails by chance."),
]
LooksName = Annotated[
    Looks, typer.Option("--looks", help="Every worker takes each look, or one that they share.")
]
Lasts = Annotated[
    str | None, typer.Option(help="End after so long, whatever happens.", metavar="DURATION")
]
Confirm = Annotated[
    bool,
    typer.Option(
        "--confirm",
        help="Let the judge ask for extra looks, as it does live; they are results, too.",
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option("--records", help="Folder with records of real incidents.", metavar="DIR"),
]
Listed = Annotated[bool, typer.Option("--list", help="List the scenarios, and simulate nothing.")]


def simulate(
    name: Name = None,
    seed: Seed = 0,
    out: Out = "-",
    config_out: ConfigOut = None,
    truth_out: TruthOut = None,
    regions: Regions = 8,
    workers: Workers = 2,
    interval: Interval = "30s",
    components: Components = 10,
    noise: NoiseName = "normal",
    looks: LooksName = "each",
    lasts: Lasts = None,
    records: Folder = None,
    confirm: Confirm = False,
    force: Force = False,
    listed: Listed = False,
) -> None:
    """Write what workers would report of a simulated internet in which SCENARIO happens.

    The same arguments give the same results. Nothing real is looked at. With --records, SCENARIO
    may be `record:` and the name of a real incident: its course, on this internet.
    """
    try:
        known = _scenarios(records)
        if listed or name is None:
            _list(known.values(), listed)
            return
        shape = Shape(regions, workers, milliseconds(interval), components, looks=looks)
        lasts_ms = milliseconds(lasts) if lasts else None
        play = _named(name, known).build(shape, seed, _NOISE[noise], lasts_ms)
    except ValueError as error:
        say(str(error), err=True)
        raise typer.Exit(WRONG) from None
    results = None if out == _STDOUT else output(out, "results.ndjson.gz", force=force)
    config = None if config_out is None else output(config_out, "outscope.yaml", force=force)
    truth = None if truth_out is None else output(truth_out, "truth.json", force=force)
    _require_different(results, config, truth)
    if config is not None:
        write_configuration(config, play, force=force)
    if truth is not None:
        write_truth(truth, play, force=force)
    write_results(results, play, confirm=confirm, force=force)


def _require_different(*paths: Path | None) -> None:
    """Two into one file would leave the last."""
    named = [target_of(path) for path in paths if path is not None and is_plain(path)]
    if len({*named}) < len(named):
        refuse("Results, configuration and truth need a file each; name different ones")


def _scenarios(folder: Path | None) -> Mapping[str, Scenario]:
    if folder is None:
        return SCENARIOS
    records = read_records(folder)
    for reason, count in sorted(records.skipped.items()):
        say(f"records left out because {reason}: {count}", err=True)
    if not records.usable:
        raise ValueError(f"{folder} has no usable records")
    return {**SCENARIOS, **scenarios_of(records.usable)}


def _named(name: str, known: Mapping[str, Scenario]) -> Scenario:
    if name.startswith(RECORD) and known is SCENARIOS:
        raise ValueError(f"{name} is in a folder of records; name it with --records")
    return scenario(name, known)


def _list(known: Iterable[Scenario], wanted: bool) -> None:
    if not wanted:
        raise ValueError("name a scenario; --list names all")
    for one in known:
        say(f"{one.id:26} {one.family:11} {one.title}")
