"""The datasets: one file or one folder each, and nothing else lies here; listed nowhere.

A dataset is a module of this package with a `DATASET`, named as the dataset is. Their columns are
Arrow's, so that a dataset is loaded when it is first asked for.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from worker.contract.listed import Listed

if TYPE_CHECKING:
    from coordinator.analytics.exports.dataset import Dataset

DATASETS: Final[Mapping[str, "Dataset"]] = Listed(__name__, __path__, "DATASET")
"""Every dataset by its name, in alphabetical order."""
