"""`outscope probe`: make one look here and now, and see each step of it."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api.cli.options.configuration_file import load_or_exit
from api.cli.options.looking import Allow, CaFile
from api.cli.target import TargetError, check_of, is_address, with_params
from api.cli.terminal.console import Terminal
from api.cli.terminal.outcome_view import show
from api.cli.terminal.outside import say
from api.configuration import parameter_models
from coordinator.domain.model.topology import Check
from worker.contract.message import CheckSpec
from worker.contract.outcome import Outcome
from worker.contract.settings.address import has_login


def probe(
    target: Annotated[
        str,
        typer.Argument(
            metavar="CHECK_OR_URL",
            help=(
                "Id of a check, or an address: https://..., wss://..., tcp://host:port,"
                " dns://server/name?type=A, icmp://host."
            ),
        ),
    ],
    kind: Annotated[
        str | None, typer.Option(help="Kind of check, when it does not follow from the URL.")
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(
            help=(
                "A parameter of a look at a URL, as in a configuration: http_version=3,"
                " expect.status=[200, 401]. "
                "May be repeated."
            ),
            metavar="NAME=VALUE",
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="Configuration that the check is in; default: the catalog.", metavar="FILE"
        ),
    ] = None,
    allow: Allow = None,
    timeout_s: Annotated[
        float, typer.Option("--timeout", help="Seconds a look at a URL may take.", min=0.01)
    ] = 10,
    source: Annotated[
        str | None, typer.Option(help="Look from this address of the machine.", metavar="IP")
    ] = None,
    ca_file: CaFile = None,
    certificates_dir: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the certificates that a check may name.",
            envvar="OUTSCOPE_CERTIFICATES_DIR",
            metavar="DIR",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Look once, from here, and show each step with its time. Exit code 0 only when the look was
    ok.
    """
    spec = _spec(target, kind, config, round(timeout_s * 1000), param or [])
    outcome = asyncio.run(
        _look(
            spec, allow, source_address=source, ca_file=ca_file, certificates_dir=certificates_dir
        )
    )
    if as_json:
        say(
            json.dumps(
                {"check": spec.id, "kind": spec.kind, **asdict(outcome)}, indent=2, default=dict
            )
        )
    else:
        show(spec.kind, outcome, Terminal(soft_wrap=True))
    raise typer.Exit(0 if outcome.ok else 1)


def _spec(
    target: str, kind: str | None, config: Path | None, timeout_ms: int, more: list[str]
) -> CheckSpec:
    if kind is not None or is_address(target):
        try:
            kind, params = check_of(target, kind)
            params = with_params(params, more)
            parameter_models()[kind].model_validate(params)
        except (TargetError, ValidationError) as error:
            say(_refused(target, error), err=True)
            raise typer.Exit(2) from None
        return CheckSpec(
            id="probe", kind=kind, interval_ms=timeout_ms, timeout_ms=timeout_ms, params=params
        )
    if more:
        say("--param belongs to a look at a URL; a check of a configuration has its own", err=True)
        raise typer.Exit(2)
    return _configured(target, config)


def _configured(name: str, config: Path | None) -> CheckSpec:
    from coordinator.configuration import DEFAULT
    from coordinator.configuration.reading.mistake import did_you_mean

    checks = load_or_exit(config or DEFAULT).topology.check
    check: Check | None = checks.get(name)
    if check is None:
        say(f"there is no check {name!r}; {did_you_mean(name, checks)}", err=True)
        raise typer.Exit(2)
    return CheckSpec(
        id=check.id,
        kind=check.kind,
        interval_ms=check.interval_ms,
        timeout_ms=check.timeout_ms,
        params=check.params,
    )


def _refused(target: str, error: Exception) -> str:
    """Why it cannot be probed; nothing of an address that may hold a password is repeated."""
    if has_login(target):
        return (
            "That address cannot be probed: name a host without user and password; secrets of"
            " checks are told in docs/reference/checks.md"
        )
    return f"{target} cannot be probed: {_sentence(error)}"


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return (
            f"{'.'.join(str(part) for part in first['loc'])}:"
            f" {first['msg'].removeprefix('Value error, ')}"
        )
    return str(error)


async def _look(
    spec: CheckSpec, allow: str | None, *, ca_file: Path | None, **where: Any
) -> Outcome:
    from worker.probes.run import Vantage, look_once, parse_spec
    from worker.targets.guard import Guard

    networks = [part.strip() for part in (allow or "").split(",") if part.strip()]
    vantage = Vantage(guard=Guard(networks), ca_file=str(ca_file) if ca_file else None, **where)
    try:
        return await look_once(parse_spec(spec.model_dump_json()), vantage, trace=True)
    finally:
        await vantage.close()
