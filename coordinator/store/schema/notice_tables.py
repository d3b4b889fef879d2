"""The tables of messages: what was said of which incident, and what is to be delivered."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class NoticeThreadRow(Model):
    """What one rule said of one incident. Written with the messages that say it."""

    id = fields.BigIntField(primary_key=True)
    rule = fields.CharField(max_length=64)
    incident = fields.CharField(max_length=64)
    said = fields.TextField()
    began_at = fields.BigIntField()
    at = fields.BigIntField()
    ended = fields.BooleanField(db_default=False)
    within = fields.CharField(max_length=64, db_default="")

    class Meta:
        table = "notice_thread"
        unique_together = (("rule", "incident"),)
        indexes = (Index(fields=("ended", "began_at"), name="notice_thread_ended"),)


class NoticeRow(Model):
    """A message for one channel of a rule. Delivered in order within its thread."""

    id = fields.BigIntField(primary_key=True)
    rule = fields.CharField(max_length=64)
    channel = fields.CharField(max_length=80)
    incident = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=16)
    at = fields.BigIntField()
    message = fields.TextField()
    state = fields.CharField(max_length=16)
    tries = fields.IntField(db_default=0)
    next_at = fields.BigIntField()
    done_at = fields.BigIntField(null=True)
    why = fields.TextField(db_default="")

    class Meta:
        table = "notice"
        indexes = (
            Index(fields=("state", "next_at"), name="notice_due"),
            Index(fields=("channel", "state"), name="notice_channel"),
            Index(fields=("at",), name="notice_at"),
        )
