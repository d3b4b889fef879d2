"""The tables of announced maintenance, and of what incidents have to do with it and with others."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class MaintenanceRow(Model):
    """A window that an operator announced."""

    id = fields.CharField(max_length=64, primary_key=True)
    document = fields.TextField()
    created_at = fields.BigIntField()
    created_by = fields.CharField(max_length=128)
    cancelled_at = fields.BigIntField(null=True)

    class Meta:
        table = "maintenance"


class MaintenanceTimeRow(Model):
    """A time at which a window came, comes or will come, whoever announced it."""

    id = fields.BigIntField(primary_key=True)
    source = fields.CharField(max_length=80)
    window = fields.CharField(max_length=64)
    since = fields.BigIntField()
    until = fields.BigIntField()
    title = fields.TextField()
    targets = fields.TextField()
    regions = fields.TextField()

    class Meta:
        table = "maintenance_time"
        unique_together = (("source", "window", "since"),)
        indexes = (Index(fields=("until",), name="maintenance_time_until"),)


class IncidentContextRow(Model):
    """What an incident has to do with announced maintenance and with others upstream."""

    incident = fields.CharField(max_length=64, primary_key=True)
    document = fields.TextField()
    at = fields.BigIntField()

    class Meta:
        table = "incident_context"
