"""Why the product cannot start here, in a sentence that says what to do."""


class CannotStartError(Exception):
    """The product was not started, and nothing was changed."""

    code = "cannot_start"
