"""`python -m tests.simulation`: a week of faults in simulated time, by a seed."""

import os
import sys

from tests.simulation.clockwork import install

install()  # before the product is imported, which takes the clock by name

from tests.simulation.command import main  # noqa: E402

if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # else the order of sets is another each time
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]])
    sys.exit(main())
