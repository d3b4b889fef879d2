"""The tables. Instants are whole milliseconds (BIGINT), JSON is text: both come back exactly as
they were written.

After a change here: `tortoise -c coordinator.store.database.TORTOISE_ORM makemigrations store`,
read what it wrote, let `AddColumn` stand for `AddField`, commit it. Migrations are applied when a
store is opened. Docstrings of tables become their comments in the database and may hold no
semicolon: Tortoise splits statements there.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class ConfigurationRow(Model):
    """One applied configuration, as canonical JSON. Nothing is overwritten: each change is a new version."""  # noqa: E501

    version = fields.IntField(primary_key=True)
    digest = fields.CharField(max_length=64)
    document = fields.TextField()
    applied_at = fields.BigIntField()

    class Meta:
        table = "configuration"


class ResultRow(Model):
    """One result, one column per field of `worker.contract.result.Result`, in the same order.

    Its true key is (scheduled_at, id), and PostgreSQL keeps a partition a day: `result_table.py`.
    """

    id = fields.CharField(max_length=32, primary_key=True)
    check = fields.CharField(max_length=64)
    service = fields.CharField(max_length=64)
    component = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=64)
    region = fields.CharField(max_length=64)
    worker = fields.CharField(max_length=64)
    scheduled_at = fields.BigIntField()
    started_at = fields.BigIntField()
    received_at = fields.BigIntField()
    attempt = fields.IntField()
    ok = fields.BooleanField()
    reason = fields.CharField(max_length=16)
    blame = fields.CharField(max_length=16)
    detail = fields.TextField()
    status_code = fields.IntField(null=True)
    dns_ms = fields.FloatField(null=True)
    connect_ms = fields.FloatField(null=True)
    tls_ms = fields.FloatField(null=True)
    ttfb_ms = fields.FloatField(null=True)
    total_ms = fields.FloatField(null=True)
    ip = fields.CharField(max_length=64, null=True)
    asn = fields.BigIntField(null=True)
    ip_country = fields.CharField(max_length=8, null=True)
    extra = fields.TextField()

    class Meta:
        table = "result"
        indexes = (
            Index(fields=("received_at", "id"), name="result_received"),  # rebuild, export, replay
            # pages, newest first: the key itself
            Index(fields=("scheduled_at", "id"), name="result_scheduled"),
            # the history of one check
            Index(fields=("check", "scheduled_at"), name="result_check"),
        )


class StandingRow(Model):
    """What stands now: one document per service, region, worker, and for the coordinator itself."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=16)
    subject = fields.CharField(max_length=160)
    at = fields.BigIntField()
    document = fields.TextField()

    class Meta:
        table = "standing"
        unique_together = (("kind", "subject"),)


class VerdictRow(Model):
    """The history of verdicts: a line for each change."""

    id = fields.BigIntField(primary_key=True)
    service = fields.CharField(max_length=64)
    at = fields.BigIntField()
    record = fields.TextField()
    change = fields.BigIntField(db_default=0)

    class Meta:
        table = "verdict"
        unique_together = (("service", "at"),)
        indexes = (Index(fields=("change",), name="verdict_change"),)  # increments of exports


class IncidentRow(Model):
    """An incident as it is now."""

    id = fields.CharField(max_length=64, primary_key=True)
    service = fields.CharField(max_length=64)
    severity = fields.CharField(max_length=16)
    scope = fields.CharField(max_length=16)
    peak = fields.CharField(max_length=16)
    regions = fields.TextField()
    components = fields.TextField()
    reason = fields.TextField()
    opened_at = fields.BigIntField()
    started_after = fields.BigIntField(null=True)
    started_by = fields.BigIntField()
    ended_after = fields.BigIntField(null=True)
    ended_by = fields.BigIntField(null=True)
    resolved_at = fields.BigIntField(null=True)
    updated_at = fields.BigIntField()
    intermittent = fields.BooleanField(db_default=False)
    cause = fields.CharField(max_length=64, db_default="")
    parts = fields.TextField(db_default="[]")
    withdrawn = fields.BooleanField(db_default=False)
    closed_because = fields.CharField(max_length=16, db_default="")
    duty_cycle = fields.FloatField(null=True)
    period_ms = fields.BigIntField(null=True)
    probably_over = fields.TextField(null=True)
    change = fields.BigIntField(db_default=0)

    class Meta:
        table = "incident"
        indexes = (
            Index(fields=("change",), name="incident_change"),  # increments of exports
            Index(fields=("opened_at", "id"), name="incident_opened"),
            Index(fields=("service", "resolved_at"), name="incident_resolved"),
            Index(fields=("cause",), name="incident_cause"),  # incidents that share a cause
        )


class ChangeRow(Model):
    """How often a dataset was changed: rows carry the number of their last change."""

    dataset = fields.CharField(max_length=64, primary_key=True)
    number = fields.BigIntField()

    class Meta:
        table = "change"


class TimelineRow(Model):
    """One line in the timeline of an incident. Lines are only ever added."""

    id = fields.BigIntField(primary_key=True)
    incident = fields.CharField(max_length=64)
    at = fields.BigIntField()
    event = fields.CharField(max_length=16)
    severity = fields.CharField(max_length=16)
    scope = fields.CharField(max_length=16)
    regions = fields.TextField()
    components = fields.TextField()
    reason = fields.TextField()
    intermittent = fields.BooleanField(db_default=False)
    cause = fields.CharField(max_length=64, db_default="")
    evidence = fields.TextField(null=True)

    class Meta:
        table = "timeline"
        unique_together = (("incident", "at", "event"),)


class WorkerRow(Model):
    """A worker that was heard, and the vitals it told last."""

    id = fields.BigIntField(primary_key=True)
    region = fields.CharField(max_length=64)
    worker = fields.CharField(max_length=64)
    first_heard_at = fields.BigIntField()
    last_heard_at = fields.BigIntField()
    address = fields.CharField(max_length=64, null=True)
    asn = fields.BigIntField(null=True)
    ip_country = fields.CharField(max_length=2, null=True)
    vitals = fields.TextField(null=True)

    class Meta:
        table = "worker"
        unique_together = (("region", "worker"),)


class GapRow(Model):
    """Looks that should have been made and were not, or of which nothing was heard."""

    id = fields.BigIntField(primary_key=True)
    check = fields.CharField(max_length=64)
    service = fields.CharField(max_length=64)
    region = fields.CharField(max_length=64)
    first_slot = fields.BigIntField()
    last_slot = fields.BigIntField()
    first_at = fields.BigIntField()
    last_at = fields.BigIntField()
    reason = fields.CharField(max_length=16)

    class Meta:
        table = "gap"
        unique_together = (("check", "region", "first_slot"),)
        indexes = (Index(fields=("last_at",), name="gap_last_at"),)


class RefusalRow(Model):
    """How often something that arrived was refused, by reason, with the last example."""

    reason = fields.CharField(max_length=64, primary_key=True)
    count = fields.BigIntField()
    first_at = fields.BigIntField()
    last_at = fields.BigIntField()
    example = fields.TextField()

    class Meta:
        table = "refusal"


class RollupDueRow(Model):
    """A bucket that got results since it was last rolled up."""

    id = fields.BigIntField(primary_key=True)
    level = fields.CharField(max_length=8)
    at = fields.BigIntField()
    region = fields.CharField(max_length=64, db_default="")  # whose rows may have to shrink

    class Meta:
        table = "rollup_due"
        indexes = (Index(fields=("level", "at"), name="rollup_due_level"),)


class SetAsideRow(Model):
    """A message, or the rows of one, that could not be taken in, and why."""

    id = fields.CharField(max_length=16, primary_key=True)
    region = fields.CharField(max_length=64)
    task = fields.CharField(max_length=64)
    reason = fields.CharField(max_length=64)
    example = fields.TextField()
    body = fields.BinaryField()
    size = fields.BigIntField()
    count = fields.BigIntField()
    first_at = fields.BigIntField()
    last_at = fields.BigIntField()
    again = fields.BooleanField(db_default=False)

    class Meta:
        table = "set_aside"
        indexes = (Index(fields=("last_at",), name="set_aside_last_at"),)


class IntakeRow(Model):  # writers; stored under the word that was theirs before
    """A process that stores results: no batch of it that is yet to be committed has a stamp below its floor."""  # noqa: E501

    name = fields.CharField(max_length=128, primary_key=True)
    floor = fields.BigIntField()
    seen_at = fields.BigIntField()

    class Meta:
        table = "intake"


class LeaseRow(Model):
    """Who may act alone, and until when."""

    name = fields.CharField(max_length=64, primary_key=True)
    holder = fields.CharField(max_length=128)
    until = fields.BigIntField()
    token = fields.BigIntField(db_default=0)

    class Meta:
        table = "lease"


class StrikeRow(Model):
    """The results of a region that were received in [since, until) count nowhere, until that is undone."""  # noqa: E501

    id = fields.BigIntField(primary_key=True)
    region = fields.CharField(max_length=64)
    since = fields.BigIntField()
    until = fields.BigIntField()
    reason = fields.TextField()
    by = fields.CharField(max_length=128)
    at = fields.BigIntField()
    results = fields.BigIntField()
    told_at = fields.BigIntField(null=True)  # when the coordinator had revised incidents
    undone_at = fields.BigIntField(null=True)

    class Meta:
        table = "strike"
