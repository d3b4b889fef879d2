"""What is well with an installation and what is not, one finding a check. Reads, and changes
nothing.

May import archive, configuration, domain, geodata, joining, messaging, runtime, store,
telemetry and worker.contract; what only a worker knows is looked at by the command itself.
"""

from coordinator.doctor.finding import Finding, State, failure, ok, warning

__all__ = ["Finding", "State", "failure", "ok", "warning"]
