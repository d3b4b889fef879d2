from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from coordinator.store.schema.columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]

    initial = False

    operations = [
        AddColumn(
            model_name="IncidentRow",
            name="intermittent",
            field=fields.BooleanField(db_default=False),
        ),
        AddColumn(
            model_name="IncidentRow",
            name="cause",
            field=fields.CharField(db_default="", max_length=64),
        ),
        AddColumn(
            model_name="IncidentRow",
            name="parts",
            field=fields.TextField(db_default="[]", unique=False),
        ),
        ops.AddIndex(
            model_name="IncidentRow", index=Index(fields=["cause"], name="incident_cause")
        ),
        AddColumn(
            model_name="TimelineRow",
            name="intermittent",
            field=fields.BooleanField(db_default=False),
        ),
        AddColumn(
            model_name="TimelineRow",
            name="cause",
            field=fields.CharField(db_default="", max_length=64),
        ),
        AddColumn(
            model_name="TimelineRow",
            name="evidence",
            field=fields.TextField(null=True, unique=False),
        ),
    ]
