"""`python -m coordinator`: the coordinator process, told everything by its environment.

`python -m coordinator intake` is a process that only stores.
"""

import sys

from coordinator.process import run, run_writer
from coordinator.settings import SettingsError, read_settings
from worker.contract import logs

EXIT_SETTINGS = 2


def main() -> int:
    """Run until told to stop; the exit code."""
    try:
        settings = read_settings()
    except SettingsError as error:
        print(f"coordinator: {error}", file=sys.stderr)
        return EXIT_SETTINGS
    logs.configure(settings.log_level)
    return run_writer(settings) if sys.argv[1:] == ["intake"] else run(settings)


if __name__ == "__main__":
    sys.exit(main())
