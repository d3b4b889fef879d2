"""`outscope-worker`, also `python -m worker`: one worker process of one region, and `join`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from worker.contract.installed import EXIT_MISSING, extras, sentence, third_party
from worker.contract.reloading.hangup import held

JOIN: Final = "join"


def main(argv: Sequence[str] | None = None) -> int:
    """Read the settings and run until told to stop. Exit codes: 0 stopped cleanly, 2 a setting is
    wrong or a part is not installed, 1 a fault.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] == [JOIN]:
            going_on = _join(words[1:])
            if going_on is None:
                return 0
            words = going_on
        with held():  # before all that takes time to load
            return _run(words)
    except ModuleNotFoundError as error:
        module = third_party(error)
        if module is None:
            raise
        print(sentence("outscope-worker", module, ("worker",), extras()), file=sys.stderr)
        return EXIT_MISSING


def _run(argv: Sequence[str]) -> int:
    from worker.borrowed.regions import several_regions
    from worker.contract import logs
    from worker.flags import SettingsError, check_clock
    from worker.lean import leave_out_unused
    from worker.settings import read_settings

    try:
        check_clock()
        regions = several_regions(argv)
        if regions:
            return _run_several(regions, argv)
        settings = read_settings(argv)
        logs.configure(settings.log_level)
        leave_out_unused()
        from worker.process import run  # late: --help and a wrong setting answer at once

        return run(settings)
    except SettingsError as error:
        print(f"outscope-worker: {error}", file=sys.stderr)
        return 2


def _run_several(regions: Sequence[str], argv: Sequence[str]) -> int:
    """One process for each borrowed region. What all of them need is loaded before."""
    from worker.contract import logs
    from worker.lean import leave_out_unused
    from worker.settings import Told, told_by

    told: Told = told_by(argv)
    logs.configure(told.log_level())
    leave_out_unused()
    import worker.process  # noqa: F401 - before the others are made of this one
    from worker.borrowed.several import Several

    ready = told.text("ready_file")
    return Several(regions, argv, Path(ready) if ready else None, _run).run()


def _join(argv: Sequence[str]) -> list[str] | None:
    """Join; the flags to go on with as the worker, if it is to start. Exits when it is refused."""
    from worker.flags import SettingsError
    from worker.joining.command import join

    try:
        key, going_on = join(argv)
    except SettingsError as error:
        print(f"outscope-worker: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    print(f"joined as worker {key.worker} of {key.region}", file=sys.stderr)
    return None if going_on is None else _begin_anew(going_on)


def _begin_anew(flags: Sequence[str]) -> list[str]:
    """The worker's flags; as our own command line where that is how we were started, so that the
    token stands in no list of processes, and a start from within does not join again.
    """
    started = sys.orig_argv
    if JOIN in started:
        os.execv(sys.executable, [*started[: started.index(JOIN)], *flags])  # noqa: S606
    return list(flags)


if __name__ == "__main__":
    sys.exit(main())
