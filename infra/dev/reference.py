"""Writes docs/reference from the code; with --check, fails when a page differs from what the code
says.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from typing import Any, get_type_hints

from api.configuration import parameter_models
from api.http.app import create_app
from api.http.settings import ApiSettings
from coordinator.analytics.exports.datasets import DATASETS
from coordinator.analytics.exports.dictionary import page
from coordinator.analytics.exports.formats import FORMATS
from coordinator.configuration import schema
from coordinator.runtime.durable import writing
from infra.dev.typescript import declarations
from worker.contract.outcome import BLAME, Blame
from worker.contract.result import TIMES, Result
from worker.probes.kinds import KINDS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"
NOTICE = "<!-- Written by `make reference` from the code; edit the code instead. -->\n"


def pages() -> dict[str, str]:
    """Every generated page by its file name."""
    documents = {
        "configuration.schema.json": schema(parameter_models()),
        "openapi.json": create_app(ApiSettings(database="sqlite://unused.db")).openapi(),
    }
    return {
        "checks.md": "\n".join(checks()),
        "command-line.md": command_line(),
        "export-formats.md": "\n".join(formats()),
        "data-dictionary.md": "\n".join((NOTICE, *page(DATASETS))),
        "results.md": "\n".join(results()),
        "thresholds.md": "\n".join(thresholds()),
        "outscope.d.ts": declarations(documents["openapi.json"]),
        **{
            name: json.dumps(document, indent=2, ensure_ascii=False) + "\n"
            for name, document in documents.items()
        },
    }


def formats() -> Iterator[str]:
    """The formats of exports."""
    yield f"{NOTICE}\n# Formats of exports\n"
    yield "Of `outscope export --format` and `GET /v1/exports/...?format=`. The name of a file says"
    yield "it, too, with `.gz` or `.zst` behind it when the whole of it is packed.\n"
    yield "| format | files | | media type | compression |\n|---|---|---|---|---|"
    for name, made in FORMATS.items():
        files = ", ".join(f"`{suffix}`" for suffix in made.suffixes)
        packed = ", ".join(made.compressions)
        yield f"| `{name}` | {files} | {made.about} | `{made.media_type}` | {packed} |"
    yield ""


def checks() -> Iterator[str]:
    """The kinds of check and their parameters."""
    yield f"{NOTICE}\n# Kinds of check\n"
    yield "Every check also has `id`, `kind`, `interval`, `timeout` and `regions`."
    for name, kind in KINDS.items():
        module = sys.modules[kind.run.__module__]
        own = kind.params.model_json_schema(by_alias=True)
        yield f"\n## {name}\n\n{getdoc(module)}\n"
        if kind.params.schemes:
            addresses = " and ".join(f"`{scheme}:`" for scheme in kind.params.schemes)
            yield f"`outscope probe` takes addresses with {addresses}.\n"
        yield from rows(own, own.get("$defs", {}))
    yield ""


def rows(model: dict[str, Any], definitions: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """A table of parameters; nested ones follow with their path."""
    if not prefix:
        yield "| parameter | default | |\n|---|---|---|"
    for name, entry in model.get("properties", {}).items():
        inner = definitions.get(entry.get("$ref", "").removeprefix("#/$defs/"))
        required = name in model.get("required", ())
        default = (
            "required"
            if required
            else f"`{json.dumps(entry['default'])}`"
            if "default" in entry
            else ""
        )
        if not inner:
            yield f"| `{prefix}{name}` | {default} | {said(entry)} |"
        else:
            yield from rows(inner, definitions, f"{prefix}{name}.")
        for choice in entry.get("anyOf", ()):
            yield from rows(
                definitions.get(choice.get("$ref", "").removeprefix("#/$defs/"), {}),
                definitions,
                f"{prefix}{name}.",
            )


def said(entry: dict[str, Any]) -> str:
    """A description that fits into a cell of a table."""
    return " ".join(entry.get("description", "").split()).replace("|", "\\|")


def thresholds() -> Iterator[str]:
    """The judge's thresholds."""
    judge = schema(parameter_models())["$defs"]["Judge"]
    yield (
        f"{NOTICE}\n# Thresholds of the judge\n\nUnder `judge:` in the configuration; the defaults"
        " need no tuning.\n"
    )
    yield "| threshold | default | |\n|---|---|---|"
    for name, entry in judge["properties"].items():
        default = f"{entry['default']} ms" if entry.get("type") == "string" else entry["default"]
        yield f"| `{name}` | {default} | {said(entry)} |"
    yield ""


def results() -> Iterator[str]:
    """The result record, and what its words mean."""
    yield f"{NOTICE}\n# The result record\n\n{getdoc(import_module('worker.contract.result'))}\n"
    yield "| column | type |\n|---|---|"
    for name, kind in get_type_hints(Result).items():
        yield f"| `{name}` | {typed(name, kind)} |"
    yield "\n## Reasons, and whom they usually blame\n\n| reason | blame |\n|---|---|"
    for reason, blame in BLAME.items():
        yield f"| `{reason}` | `{blame}` |"
    yield f"\nOnly `{Blame.TARGET}` and `{Blame.PATH}` count against a target.\n"


def typed(column: str, kind: Any) -> str:
    """How a column is written in a record."""
    if column in TIMES:
        return "time, RFC 3339 UTC with milliseconds"
    if column == "extra":
        return "object: what only this kind measures"
    name = getattr(kind, "__name__", None) or str(kind)
    return name.replace("StrEnum", "string").replace(" | ", " or ").replace("None", "null")


def command_line() -> str:
    """The commands and their options, as the command line tells them."""
    command = [sys.executable, "-m", "typer", "api.cli.app", "utils", "docs", "--name", "outscope"]
    env = {
        "PATH": "/usr/bin:/bin",
        "COLUMNS": "100",
        "TERMINAL_WIDTH": "100",
        "HOME": "/nonexistent",
    }
    ran = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=env)  # noqa: S603
    return f"{NOTICE}\n{ran.stdout.strip()}\n"


def main() -> int:
    """Write the pages, or say which differ."""
    checking = "--check" in sys.argv[1:]
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = []
    for name, text in pages().items():
        path = FOLDER / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not checking:
            with writing(path, overwrite=True) as file:
                file.write(text.encode())
    for name in stale:
        print(
            f"docs/reference/{name}"
            f" {'differs from the code; run: make reference' if checking else 'written'}"
        )
    return 1 if checking and stale else 0


if __name__ == "__main__":
    sys.exit(main())
