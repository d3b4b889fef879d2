"""The datasets. A new one is a file here that defines `DATASET`, and a line below."""

from typing import Final

from coordinator.analytics.exports.dataset import Dataset
from coordinator.analytics.exports.datasets import incidents, results, rollups, verdicts, workers

DATASETS: Final[dict[str, Dataset]] = {
    module.DATASET.name: module.DATASET
    for module in (results, rollups, incidents, verdicts, workers)
}
