"""The table of what happened, which clients follow."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class EventRow(Model):
    """What happened, numbered in the order in which it was committed. The oldest are forgotten."""

    number = fields.BigIntField(primary_key=True, generated=False)
    at = fields.BigIntField()
    type = fields.CharField(max_length=32)
    service = fields.CharField(max_length=64, db_default="")
    document = fields.TextField()

    class Meta:
        table = "event"
        indexes = (Index(fields=("at",), name="event_at"),)  # what is old is forgotten
