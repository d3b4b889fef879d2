"""The tables of what vendors say: every wording, when pages were read, and the joins with our
incidents.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class VendorSaidRow(Model):
    """One wording of one incident on a vendor's page, or, without a digest, that it was taken away."""  # noqa: E501

    id = fields.BigIntField(primary_key=True)
    page = fields.CharField(max_length=64)
    service = fields.CharField(max_length=64)
    incident = fields.CharField(max_length=100)
    digest = fields.CharField(max_length=32)
    after = fields.BigIntField(null=True)
    first_at = fields.BigIntField()
    last_at = fields.BigIntField()
    document = fields.TextField()

    class Meta:
        table = "vendor_said"
        unique_together = (("page", "incident", "digest"),)
        indexes = (
            Index(fields=("page", "last_at"), name="vendor_said_page"),
            Index(fields=("service", "page"), name="vendor_said_service"),
        )


class VendorHeardRow(Model):
    """A span of time in which a page was read."""

    id = fields.BigIntField(primary_key=True)
    page = fields.CharField(max_length=64)
    since = fields.BigIntField()
    until = fields.BigIntField()

    class Meta:
        table = "vendor_heard"
        unique_together = (("page", "since"),)


class AcknowledgementRow(Model):
    """An incident with one statement of its vendor, or either of them alone."""

    id = fields.CharField(max_length=32, primary_key=True)
    service = fields.CharField(max_length=64)
    incident = fields.CharField(max_length=64, db_default="")
    page = fields.CharField(max_length=64, db_default="")
    said = fields.CharField(max_length=100, db_default="")
    state = fields.CharField(max_length=16)
    at = fields.BigIntField()
    leads = fields.BooleanField()
    lag_ms = fields.BigIntField(null=True)
    lag_least_ms = fields.BigIntField(null=True)
    lag_most_ms = fields.BigIntField(null=True)
    backdated = fields.BooleanField(null=True)
    scope_right = fields.BooleanField(null=True)
    green_ms = fields.BigIntField()
    unheard_ms = fields.BigIntField()
    document = fields.TextField()
    change = fields.BigIntField(db_default=0)

    class Meta:
        table = "acknowledgement"
        indexes = (
            Index(fields=("at", "id"), name="acknowledgement_at"),
            Index(fields=("incident",), name="acknowledgement_incident"),
            Index(fields=("change",), name="acknowledgement_change"),  # increments of exports
            # a scorecard reads nothing else: its counts, and the lags in their order
            Index(
                fields=(
                    *("service", "leads", "state", "at", "scope_right"),
                    *("backdated", "green_ms", "unheard_ms"),
                ),
                name="acknowledgement_score",
            ),
            Index(
                fields=("service", "leads", "state", "lag_ms", "at", "lag_least_ms", "lag_most_ms"),
                name="acknowledgement_lag",
            ),
        )
