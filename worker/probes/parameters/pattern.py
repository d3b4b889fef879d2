"""Regular expressions as a parameter may give them."""

import re
from typing import Annotated

from pydantic import AfterValidator


def regular_expression(value: str) -> str:
    """The expression as it is; ValueError when it is none."""
    try:
        re.compile(value)
    except (
        re.error,
        OverflowError,
        RecursionError,
    ) as error:  # of repeats and of brackets beyond any bound
        raise ValueError(f"{value!r} is not a regular expression: {error}") from error
    return value


Pattern = Annotated[str, AfterValidator(regular_expression)]
