"""Pictures that are kept: each is drawn once, one after the other, in a thread."""

import asyncio
from collections import OrderedDict
from typing import Final

from api.documents.card.raster import png
from api.http.answers.encoding import BRIEFLY, Document, ready

MOST: Final = 64


class Pictures:
    """The last pictures in pixels, by what they were drawn from."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[str, Document] = OrderedDict()
        self._drawing = asyncio.Lock()

    async def of(self, text: str) -> Document:
        """The picture of an SVG."""
        async with self._drawing:
            found = self._drawn.get(text)
            if found is None:
                found = ready(await asyncio.to_thread(png, text), "image/png", BRIEFLY)
            self._drawn[text] = found
            self._drawn.move_to_end(text)
            while len(self._drawn) > MOST:
                self._drawn.popitem(last=False)
        return found
