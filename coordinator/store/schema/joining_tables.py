"""The tables of joining, as in `models.py`: invitations, keys of workers, the audit log."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class InvitationRow(Model):
    """A token that was given out once, as SHA-256: it lets one worker of a region join."""

    id = fields.BigIntField(primary_key=True)
    digest = fields.CharField(max_length=64, unique=True)
    region = fields.CharField(max_length=64)
    worker = fields.CharField(max_length=64, null=True)  # whose key it renews
    network = fields.CharField(max_length=64, null=True)
    made_at = fields.BigIntField()
    expires_at = fields.BigIntField()
    used_at = fields.BigIntField(null=True)

    class Meta:
        table = "invitation"


class WorkerKeyRow(Model):
    """The key of one worker, as SHA-256 of the secret that it made itself."""

    id = fields.BigIntField(primary_key=True)
    region = fields.CharField(max_length=64)
    worker = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=64)
    salted = fields.CharField(max_length=64, db_default="")  # as RabbitMQ asks for it
    invitation = fields.BigIntField(unique=True)
    made_at = fields.BigIntField()
    until = fields.BigIntField(null=True)  # of a key that another replaced
    revoked_at = fields.BigIntField(null=True)
    draining_at = fields.BigIntField(null=True)
    applied_at = fields.BigIntField(null=True)  # when the broker was told

    class Meta:
        table = "worker_key"
        indexes = (Index(fields=("region", "worker"), name="worker_key_worker"),)


class AuditRow(Model):
    """Who did what to whom, and from where. Lines are only added, and the oldest forgotten."""

    id = fields.BigIntField(primary_key=True)
    at = fields.BigIntField()
    who = fields.CharField(max_length=128)
    what = fields.CharField(max_length=64)
    about = fields.CharField(max_length=300)
    source = fields.CharField(max_length=128)
    before_digest = fields.CharField(max_length=64, db_default="")  # SHA-256 of what was replaced
    after_digest = fields.CharField(max_length=64, db_default="")  # and of what took its place

    class Meta:
        table = "audit"
