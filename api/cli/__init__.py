"""The command line `outscope`: one file a command, put together in `api/cli/app.py`.

It may import everything; commands import what is heavy only when they run.
"""


def main() -> None:
    """Run the command that the process was called with, and exit with its code."""
    from api.cli.app import app

    app()
