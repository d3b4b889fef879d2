"""`outscope-worker`, also `python -m worker`: one worker process of one region."""

import sys
from collections.abc import Sequence

from worker.contract.installed import EXIT_MISSING, extras, sentence, third_party
from worker.contract.reloading.hangup import held


def main(argv: Sequence[str] | None = None) -> int:
    """Read the settings and run until told to stop. Exit codes: 0 stopped cleanly, 2 a setting is
    wrong or a part is not installed, 1 a fault.
    """
    try:
        with held():  # before all that takes time to load
            return _run(argv)
    except ModuleNotFoundError as error:
        module = third_party(error)
        if module is None:
            raise
        print(sentence("outscope-worker", module, ("worker",), extras()), file=sys.stderr)
        return EXIT_MISSING


def _run(argv: Sequence[str] | None) -> int:
    from worker.contract import logs
    from worker.flags import SettingsError
    from worker.lean import leave_out_unused
    from worker.settings import read_settings

    try:
        settings = read_settings(argv)
        logs.configure(settings.log_level)
        leave_out_unused()
        from worker.process import run  # late: --help and a wrong setting answer at once

        return run(settings)
    except SettingsError as error:
        print(f"outscope-worker: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
