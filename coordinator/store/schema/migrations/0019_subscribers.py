from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("store", "0018_look_jobs")]

    initial = False

    operations = [
        ops.CreateModel(
            name="SubscriberRow",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32),
                ),
                ("page", fields.CharField(max_length=64)),
                ("kind", fields.CharField(max_length=16)),
                ("address", fields.CharField(max_length=500)),
                ("secret", fields.CharField(max_length=64)),
                ("asked_at", fields.BigIntField()),
                ("confirmed_at", fields.BigIntField(null=True)),
            ],
            options={
                "table": "subscriber",
                "app": "store",
                "unique_together": (("page", "kind", "address"),),
                "indexes": [
                    Index(fields=["confirmed_at", "asked_at"], name="subscriber_confirmed")
                ],
                "pk_attr": "id",
                "table_description": "Who asked to be told, and whether that was confirmed. What was not is forgotten after a day.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            "INSERT INTO change (dataset, number) VALUES ('subscribers', 0)",
            reverse_sql="DELETE FROM change WHERE dataset = 'subscribers'",
        ),
    ]
