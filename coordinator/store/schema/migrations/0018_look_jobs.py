from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("store", "0017_sessions")]

    initial = False

    operations = [
        ops.CreateModel(
            name="LookJobRow",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32),
                ),
                ("asked", fields.TextField(unique=False)),
                ("looks", fields.TextField(unique=False)),
                ("made_at", fields.BigIntField()),
                ("made_by", fields.CharField(max_length=128)),
                ("over_by", fields.BigIntField()),
                ("taken_at", fields.BigIntField(null=True)),
                (
                    "idempotency",
                    fields.CharField(null=True, unique=True, max_length=64),
                ),
                ("digest", fields.CharField(max_length=64)),
            ],
            options={
                "table": "look_job",
                "app": "store",
                "indexes": [Index(fields=["over_by"], name="look_job_over_by")],
                "pk_attr": "id",
                "table_description": "Looks that somebody asked for together, and what came of them.",
            },
            bases=["Model"],
        ),
    ]
