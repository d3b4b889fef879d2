"""The table of who asked to be told of what a status page shows."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class SubscriberRow(Model):
    """Who asked to be told, and whether that was confirmed. What was not is forgotten after a day."""  # noqa: E501

    id = fields.CharField(max_length=32, primary_key=True)
    page = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=16)
    address = fields.CharField(max_length=500)
    secret = fields.CharField(max_length=64)
    asked_at = fields.BigIntField()
    confirmed_at = fields.BigIntField(null=True)

    class Meta:
        table = "subscriber"
        unique_together = (("page", "kind", "address"),)
        indexes = (Index(fields=("confirmed_at", "asked_at"), name="subscriber_confirmed"),)
