"""What holds for every dataset in the folder, whatever it is."""

import pytest

from coordinator.analytics.exports.datasets import DATASETS
from coordinator.analytics.exports.dictionary import columns
from coordinator.store import ResultFilter


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_is_called_as_its_file_is_and_explains_every_column(name: str) -> None:
    made = DATASETS[name]
    assert made.name == name
    assert made.version.partition("/")[0] == name
    assert made.about.endswith(".")
    assert all(column["meaning"] for column in columns(made))
    assert made.filters <= set(ResultFilter.__slots__)
