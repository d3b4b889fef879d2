from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("store", "0015_acknowledgements")]

    initial = False

    operations = [
        ops.CreateModel(
            name="MaintenanceRow",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("document", fields.TextField(unique=False)),
                ("created_at", fields.BigIntField()),
                ("created_by", fields.CharField(max_length=128)),
                ("cancelled_at", fields.BigIntField(null=True)),
            ],
            options={
                "table": "maintenance",
                "app": "store",
                "pk_attr": "id",
                "table_description": "A window that an operator announced.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MaintenanceTimeRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("source", fields.CharField(max_length=80)),
                ("window", fields.CharField(max_length=64)),
                ("since", fields.BigIntField()),
                ("until", fields.BigIntField()),
                ("title", fields.TextField(unique=False)),
                ("targets", fields.TextField(unique=False)),
                ("regions", fields.TextField(unique=False)),
            ],
            options={
                "table": "maintenance_time",
                "app": "store",
                "unique_together": (("source", "window", "since"),),
                "indexes": [Index(fields=["until"], name="maintenance_time_until")],
                "pk_attr": "id",
                "table_description": "A time at which a window came, comes or will come, whoever announced it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IncidentContextRow",
            fields=[
                (
                    "incident",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("document", fields.TextField(unique=False)),
                ("at", fields.BigIntField()),
            ],
            options={
                "table": "incident_context",
                "app": "store",
                "pk_attr": "incident",
                "table_description": "What an incident has to do with announced maintenance and with others upstream.",
            },
            bases=["Model"],
        ),
    ]
