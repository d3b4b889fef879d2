"""A large configuration and its results, for benchmarks of the coordinator."""

from api.cli.bench.load import CHECKS_A_SERVICE, INTERVAL_MS, REGIONS, checks_of, document, rows

__all__ = ["CHECKS_A_SERVICE", "INTERVAL_MS", "REGIONS", "checks_of", "document", "rows"]
