"""`outscope probe`: make one look here and now, and see each step of it."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from api.cli.config import load_or_exit, parameter_models
from api.cli.target import TargetError, check_of
from coordinator.domain.topology import Check
from worker.contract.message import CheckSpec
from worker.contract.outcome import Outcome

_PHASES = (("dns_ms", "name"), ("connect_ms", "connect"), ("tls_ms", "TLS"), ("ttfb_ms", "first byte"))


def probe(
    target: Annotated[
        str,
        typer.Argument(
            metavar="CHECK_OR_URL",
            help="Id of a check, or http(s)://..., tcp://host:port, tls://host:port, dns://server/name?type=A.",
        ),
    ],
    kind: Annotated[str | None, typer.Option(help="Kind of check, when it does not follow from the URL.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="Configuration that the check is in; default: the catalog.", metavar="FILE")
    ] = None,
    allow: Annotated[
        str | None,
        typer.Option(
            help="Networks that are not public and may be probed, comma-separated.",
            envvar="OUTSCOPE_ALLOW_ADDRESSES",
            metavar="CIDR",
        ),
    ] = None,
    timeout_s: Annotated[float, typer.Option("--timeout", help="Seconds a look at a URL may take.", min=0.01)] = 10,
    source: Annotated[str | None, typer.Option(help="Look from this address of the machine.", metavar="IP")] = None,
    ca_file: Annotated[
        Path | None, typer.Option(help="Certificates to trust besides the public ones.", envvar="OUTSCOPE_CA_FILE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Look once, from here, and show each step with its time. Exit code 0 only when the look was ok."""
    spec = _spec(target, kind, config, round(timeout_s * 1000))
    outcome = asyncio.run(_look(spec, allow, source, ca_file))
    if as_json:
        typer.echo(json.dumps({"check": spec.id, "kind": spec.kind, **asdict(outcome)}, indent=2, default=dict))
    else:
        _show(spec, outcome)
    raise typer.Exit(0 if outcome.ok else 1)


def _spec(target: str, kind: str | None, config: Path | None, timeout_ms: int) -> CheckSpec:
    if "://" in target or kind is not None:
        try:
            kind, params = check_of(target, kind)
            parameter_models()[kind].model_validate(params)
        except (TargetError, ValidationError, KeyError) as error:
            typer.echo(f"{target} cannot be probed: {_sentence(error)}", err=True)
            raise typer.Exit(2) from None
        return CheckSpec(id="probe", kind=kind, interval_ms=timeout_ms, timeout_ms=timeout_ms, params=params)
    return _configured(target, config)


def _configured(name: str, config: Path | None) -> CheckSpec:
    from coordinator.configuration import DEFAULT
    from coordinator.configuration.mistake import did_you_mean

    checks = load_or_exit(config or DEFAULT).topology.check
    check: Check | None = checks.get(name)
    if check is None:
        typer.echo(f"there is no check {name!r}; {did_you_mean(name, checks)}", err=True)
        raise typer.Exit(2)
    return CheckSpec(
        id=check.id, kind=check.kind, interval_ms=check.interval_ms, timeout_ms=check.timeout_ms, params=check.params
    )


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg'].removeprefix('Value error, ')}"
    if isinstance(error, KeyError):
        return f"there is no kind {error}; known are {', '.join(parameter_models())}"
    return str(error)


async def _look(spec: CheckSpec, allow: str | None, source: str | None, ca_file: Path | None) -> Outcome:
    from worker.guard import Guard
    from worker.probes.look import Vantage, look_once, parse_spec

    networks = [part.strip() for part in (allow or "").split(",") if part.strip()]
    vantage = Vantage(guard=Guard(networks), source_address=source, ca_file=str(ca_file) if ca_file else None)
    try:
        return await look_once(parse_spec(spec.model_dump_json()), vantage, trace=True)
    finally:
        await vantage.close()


def _show(spec: CheckSpec, outcome: Outcome) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if outcome.trace:
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(justify="right", style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for step in outcome.trace:
            table.add_row(f"{step.at_ms:.1f} ms", step.what)
        console.print(table)
    console.print(_summary(outcome), markup=False)
    mark = "[green]ok[/]" if outcome.ok else f"[red]{outcome.reason}[/] (blame: {outcome.blame})"
    console.print(f"{spec.kind} {mark}", end=" ")
    console.print(outcome.detail, markup=False)


def _summary(outcome: Outcome) -> str:
    parts = [f"{said} {value:.1f} ms" for name, said in _PHASES if (value := getattr(outcome, name)) is not None]
    facts: list[tuple[str, Any]] = [("total", None if outcome.total_ms is None else f"{outcome.total_ms:.1f} ms")]
    facts += [("status", outcome.status_code), ("from", outcome.ip)]
    facts += [(name, value) for name, value in outcome.extra.items()]
    return ", ".join([*parts, *(f"{name} {value}" for name, value in facts if value not in (None, "", [], {}))])
