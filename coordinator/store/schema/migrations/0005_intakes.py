from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("store", "0004_rollups")]

    initial = False

    operations = [
        ops.CreateModel(
            name="IntakeRow",
            fields=[
                (
                    "name",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=128),
                ),
                ("floor", fields.BigIntField()),
                ("seen_at", fields.BigIntField()),
            ],
            options={
                "table": "intake",
                "app": "store",
                "pk_attr": "name",
                "table_description": "A process that stores results: no batch of it that is yet to be committed has a stamp below its floor.",
            },
            bases=["Model"],
        ),
    ]
