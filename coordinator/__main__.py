"""`python -m coordinator`: the coordinator process, told everything by its environment.

`python -m coordinator writer` is a writer, which only stores.
"""

import sys

from worker.contract.reloading.hangup import held

EXIT_USAGE = 2
OLD_WORD = "intake"


def main() -> int:
    """Run until told to stop; the exit code."""
    with held():  # before all that takes time to load
        return _run()


def _run() -> int:
    from coordinator import process, writer_process
    from coordinator.settings import SettingsError, read_settings
    from worker.contract import logs

    role = sys.argv[1:]
    if role[:1] == [OLD_WORD]:
        return _refused(f"{OLD_WORD!r} is called writer now; start: python -m coordinator writer")
    try:
        settings = read_settings()
    except SettingsError as error:
        return _refused(str(error))
    logs.configure(settings.log_level)
    return writer_process.run(settings) if role == ["writer"] else process.run(settings)


def _refused(sentence: str) -> int:
    print(f"coordinator: {sentence}", file=sys.stderr)
    return EXIT_USAGE


if __name__ == "__main__":
    sys.exit(main())
