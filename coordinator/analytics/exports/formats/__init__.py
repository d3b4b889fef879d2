"""The formats. A new one is a file here that defines `FORMAT`, and a line below."""

from typing import Final

from coordinator.analytics.exports.format import Format
from coordinator.analytics.exports.formats import arrow, csv, json, ndjson, parquet

FORMATS: Final[dict[str, Format]] = {
    module.FORMAT.name: module.FORMAT for module in (parquet, csv, ndjson, arrow, json)
}
