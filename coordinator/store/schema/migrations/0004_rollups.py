from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from coordinator.store.schema.rollup_tables import CreateRollups


class Migration(migrations.Migration):
    dependencies = [("store", "0003_results_by_time")]

    initial = False

    operations = [
        CreateRollups(),
        ops.CreateModel(
            name="RollupDueRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("level", fields.CharField(max_length=8)),
                ("at", fields.BigIntField()),
            ],
            options={
                "table": "rollup_due",
                "app": "store",
                "indexes": [Index(fields=["level", "at"], name="rollup_due_level")],
                "pk_attr": "id",
                "table_description": "A bucket that got results since it was last rolled up.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            "INSERT INTO rollup_due (level, at) SELECT DISTINCT 'minute', scheduled_at / 60000 * 60000 FROM result",
            reverse_sql="DELETE FROM rollup_due",
        ),
        ops.CreateModel(
            name="SetAsideRow",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=16),
                ),
                ("region", fields.CharField(max_length=64)),
                ("task", fields.CharField(max_length=64)),
                ("reason", fields.CharField(max_length=64)),
                ("example", fields.TextField(unique=False)),
                ("body", fields.BinaryField()),
                ("size", fields.BigIntField()),
                ("count", fields.BigIntField()),
                ("first_at", fields.BigIntField()),
                ("last_at", fields.BigIntField()),
                ("again", fields.BooleanField(db_default=False)),
            ],
            options={
                "table": "set_aside",
                "app": "store",
                "indexes": [Index(fields=["last_at"], name="set_aside_last_at")],
                "pk_attr": "id",
                "table_description": "A message, or the rows of one, that could not be taken in, and why.",
            },
            bases=["Model"],
        ),
    ]
