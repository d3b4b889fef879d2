from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("store", "0014_access")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AcknowledgementRow",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32),
                ),
                ("service", fields.CharField(max_length=64)),
                ("incident", fields.CharField(db_default="", max_length=64)),
                ("page", fields.CharField(db_default="", max_length=64)),
                ("said", fields.CharField(db_default="", max_length=100)),
                ("state", fields.CharField(max_length=16)),
                ("at", fields.BigIntField()),
                ("leads", fields.BooleanField()),
                ("lag_ms", fields.BigIntField(null=True)),
                ("lag_least_ms", fields.BigIntField(null=True)),
                ("lag_most_ms", fields.BigIntField(null=True)),
                ("backdated", fields.BooleanField(null=True)),
                ("scope_right", fields.BooleanField(null=True)),
                ("green_ms", fields.BigIntField()),
                ("unheard_ms", fields.BigIntField()),
                ("document", fields.TextField(unique=False)),
                ("change", fields.BigIntField(db_default=0)),
            ],
            options={
                "table": "acknowledgement",
                "app": "store",
                "indexes": [
                    Index(fields=["at", "id"], name="acknowledgement_at"),
                    Index(fields=["incident"], name="acknowledgement_incident"),
                    Index(fields=["change"], name="acknowledgement_change"),
                    Index(
                        fields=[
                            "service",
                            "leads",
                            "state",
                            "at",
                            "scope_right",
                            "backdated",
                            "green_ms",
                            "unheard_ms",
                        ],
                        name="acknowledgement_score",
                    ),
                    Index(
                        fields=[
                            "service",
                            "leads",
                            "state",
                            "lag_ms",
                            "at",
                            "lag_least_ms",
                            "lag_most_ms",
                        ],
                        name="acknowledgement_lag",
                    ),
                ],
                "pk_attr": "id",
                "table_description": "An incident with one statement of its vendor, or either of them alone.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="VendorHeardRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("page", fields.CharField(max_length=64)),
                ("since", fields.BigIntField()),
                ("until", fields.BigIntField()),
            ],
            options={
                "table": "vendor_heard",
                "app": "store",
                "unique_together": (("page", "since"),),
                "pk_attr": "id",
                "table_description": "A span of time in which a page was read.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="VendorSaidRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("page", fields.CharField(max_length=64)),
                ("service", fields.CharField(max_length=64)),
                ("incident", fields.CharField(max_length=100)),
                ("digest", fields.CharField(max_length=32)),
                ("after", fields.BigIntField(null=True)),
                ("first_at", fields.BigIntField()),
                ("last_at", fields.BigIntField()),
                ("document", fields.TextField(unique=False)),
            ],
            options={
                "table": "vendor_said",
                "app": "store",
                "unique_together": (("page", "incident", "digest"),),
                "indexes": [
                    Index(fields=["page", "last_at"], name="vendor_said_page"),
                    Index(fields=["service", "page"], name="vendor_said_service"),
                ],
                "pk_attr": "id",
                "table_description": "One wording of one incident on a vendor's page, or, without a digest, that it was taken away.",
            },
            bases=["Model"],
        ),
        ops.AddIndex(
            model_name="IncidentRow",
            index=Index(fields=["service", "resolved_at"], name="incident_resolved"),
        ),
        ops.RunSQL(
            "INSERT INTO change (dataset, number) VALUES ('acknowledgements', 0)",
            reverse_sql="DELETE FROM change WHERE dataset = 'acknowledgements'",
        ),
    ]
