"""The console of commands that draw: only they load what draws."""

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from api.cli.terminal.outside import escaped, tolerate


class Terminal(Console):
    """The one console: it reads no text as markup or emoji, writes what the terminal's encoding
    has, and escapes what is left of such characters in anything that is printed to it.
    """

    def __init__(self, **settings: Any) -> None:
        tolerate(sys.stdout)
        super().__init__(**{"highlight": False, **settings, "markup": False, "emoji": False})

    def render_str(self, text: str, **settings: Any) -> Text:
        """The text as it is, whatever somebody asks for."""
        whole = escaped(text)
        return super().render_str(whole, **{**settings, "markup": False, "emoji": False})

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The segments, of which only styles of ours control the terminal."""
        for segment in super().render(renderable, options):
            if segment.control or (text := escaped(segment.text)) == segment.text:
                yield segment
            else:
                yield Segment(text, segment.style)
