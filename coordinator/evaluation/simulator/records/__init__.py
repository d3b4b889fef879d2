"""Real incidents as scenarios. The records are given at run time; none is part of the product."""

from coordinator.evaluation.simulator.records.reading import read_records
from coordinator.evaluation.simulator.records.record import Record, Records
from coordinator.evaluation.simulator.records.staging import RECORD, scenarios_of

__all__ = ["RECORD", "Record", "Records", "read_records", "scenarios_of"]
