from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("store", "0010_closed_because")]

    initial = False

    operations = [
        ops.CreateModel(
            name="EventRow",
            fields=[
                (
                    "number",
                    fields.BigIntField(
                        generated=False, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("at", fields.BigIntField()),
                ("type", fields.CharField(max_length=32)),
                ("service", fields.CharField(db_default="", max_length=64)),
                ("document", fields.TextField(unique=False)),
            ],
            options={
                "table": "event",
                "app": "store",
                "indexes": [Index(fields=["at"], name="event_at")],
                "pk_attr": "number",
                "table_description": "What happened, numbered in the order in which it was committed. The oldest are forgotten.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            "INSERT INTO change (dataset, number) VALUES ('events', 0)",
            reverse_sql="DELETE FROM change WHERE dataset = 'events'",
        ),
    ]
