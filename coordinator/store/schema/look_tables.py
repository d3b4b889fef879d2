"""The table of looks that somebody wishes to be made at once."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class LookJobRow(Model):
    """Looks that somebody asked for together, and what came of them."""

    id = fields.CharField(max_length=32, primary_key=True)
    asked = fields.TextField()
    looks = fields.TextField()
    made_at = fields.BigIntField()
    made_by = fields.CharField(max_length=128)
    over_by = fields.BigIntField()
    taken_at = fields.BigIntField(null=True)
    idempotency = fields.CharField(max_length=64, null=True, unique=True)
    digest = fields.CharField(max_length=64)

    class Meta:
        table = "look_job"
        indexes = (Index(fields=("over_by",), name="look_job_over_by"),)
