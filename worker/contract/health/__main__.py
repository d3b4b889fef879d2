"""`python -m worker.contract.health [URL]`: exit code 0 when a process on this machine says that it
is alive, 1 when not. For container healthchecks, which have no curl.
"""

import os
import sys
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from worker.contract.health.serving import VARIABLE

_PATIENCE_S = 5.0


def main() -> int:
    """Ask the URL given, else /healthz at OUTSCOPE_HEALTH."""
    address = os.environ.get(VARIABLE, "").strip()
    url = sys.argv[1] if len(sys.argv) > 1 else f"http://{address}/healthz" if address else ""
    if not url.startswith("http"):
        print(f"give the URL to ask, or {VARIABLE}, such as 127.0.0.1:8081", file=sys.stderr)
        return 2
    try:
        with urlopen(url, timeout=_PATIENCE_S) as answer:  # noqa: S310 - http alone, see above
            print(answer.read(500).decode(errors="replace").strip())
    except HTTPError as error:
        print(f"{url}: {error.code} {error.read(500).decode(errors='replace')}", file=sys.stderr)
        return 1
    except (URLError, OSError) as error:
        print(f"{url} does not answer: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
