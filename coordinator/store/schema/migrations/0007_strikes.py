from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from coordinator.store.schema.columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [("store", "0006_lease_tokens")]

    initial = False

    operations = [
        ops.CreateModel(
            name="StrikeRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("region", fields.CharField(max_length=64)),
                ("since", fields.BigIntField()),
                ("until", fields.BigIntField()),
                ("reason", fields.TextField(unique=False)),
                ("by", fields.CharField(max_length=128)),
                ("at", fields.BigIntField()),
                ("results", fields.BigIntField()),
                ("told_at", fields.BigIntField(null=True)),
                ("undone_at", fields.BigIntField(null=True)),
            ],
            options={
                "table": "strike",
                "app": "store",
                "pk_attr": "id",
                "table_description": "The results of a region that were received in [since, until) count nowhere, until that is undone.",
            },
            bases=["Model"],
        ),
        AddColumn(
            model_name="RollupDueRow",
            name="region",
            field=fields.CharField(max_length=64, db_default=""),
        ),
        AddColumn(
            model_name="IncidentRow",
            name="withdrawn",
            field=fields.BooleanField(db_default=False),
        ),
    ]
