"""`python -m api.cli` is `outscope`."""

from api.cli import main

main()
