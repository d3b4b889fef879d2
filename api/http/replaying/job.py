"""One replay: results and configuration into a folder, `outscope replay` over them, lines out."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from api.http.sources.sources import Exports
from coordinator.store import ResultFilter
from worker.contract.clock import monotonic_s

MOST_RESULTS: Final = 300_000
PATIENCE_S: Final = 300.0
"""A replay that takes longer is ended."""
BEAT_S: Final = 1.0
"""So often a reader hears that it goes on, and we, whether there still is a reader."""
_NICE: Final = 10
_MOST_SAID: Final = 400


class TooManyResultsError(Exception):
    """The span holds more results than may be judged here."""


@dataclass(frozen=True, slots=True)
class Job:
    """A replay that is to be made in a folder of its own."""

    folder: Path
    rule: str
    settings: tuple[str, ...]

    async def collect(self, own: Exports, document: dict[str, Any], wanted: ResultFilter) -> int:
        """Write what is to be judged, and by what; how many results there are."""
        from coordinator.analytics.exports.configuration import source_of
        from coordinator.analytics.exports.dataset import Wanted
        from coordinator.analytics.exports.datasets import DATASETS
        from coordinator.analytics.exports.formats import FORMATS
        from coordinator.analytics.exports.stream import Export  # Arrow is large

        self._configuration.write_text(json.dumps(source_of(document)))
        results = DATASETS["results"]
        chosen = Wanted(tuple(results.schema.names), wanted, None, MOST_RESULTS + 1)
        export = Export(results, FORMATS["parquet"], "zstd", chosen)
        with self._results.open("wb") as file:
            async for part in export.stream(own.record, own.threads):
                await asyncio.to_thread(file.write, part)
        if export.summary.rows > MOST_RESULTS:
            raise TooManyResultsError
        return export.summary.rows

    async def lines(self, results: int) -> AsyncGenerator[bytes, None]:
        """What `outscope replay` prints, between lines that say how it goes on and how it ended.

        Closing it, which is what happens when the reader goes away, ends the process.
        """
        began = monotonic_s()
        process = await asyncio.create_subprocess_exec(*self._command(), stdout=PIPE, stderr=PIPE)
        with suppress(OSError):  # where the machine does not let us, it is as urgent as we are
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
        told = asyncio.create_task(process.communicate())
        try:
            while not (await asyncio.wait({told}, timeout=BEAT_S))[0]:
                spent = monotonic_s() - began
                if spent > PATIENCE_S:
                    yield _line("problem", detail=_TOO_LONG)
                    return
                yield _line("progress", results=results, seconds=round(spent))
            printed, errors = await told
            if process.returncode:
                yield _line("problem", detail=self._told(errors))
                return
            yield printed
            yield _line("end", results=results)
        finally:
            await _ended(process, told)

    @property
    def _configuration(self) -> Path:
        return self.folder / "outscope.yaml"

    @property
    def _results(self) -> Path:
        return self.folder / "results.parquet"

    def _told(self, errors: bytes) -> str:
        """What the command said, without where its files lay."""
        said = errors.decode(errors="replace").replace(f"{self.folder}/", "")
        return said.strip()[-_MOST_SAID:]

    def _command(self) -> list[str]:
        given = [part for setting in self.settings for part in ("--set", setting)]
        command = [sys.executable, "-m", "api.cli", "replay", str(self._results)]
        return [*command, "--config", str(self._configuration), "--rule", self.rule, *given]


_TOO_LONG: Final = (
    f"It took longer than {PATIENCE_S:.0f} s and was ended; choose a shorter span, or let"
    " `outscope dataset` and `outscope replay` do it in a terminal"
)


def _line(kind: str, **members: Any) -> bytes:
    return json.dumps({"type": kind, **members}).encode() + b"\n"


async def _ended(process: Process, told: "asyncio.Task[tuple[bytes, bytes]]") -> None:
    """See that the process is gone, however it ended."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    with suppress(asyncio.CancelledError, Exception):
        await told
    await process.wait()
