from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("store", "0011_events")]

    initial = False

    operations = [
        ops.CreateModel(
            name="NoticeRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("rule", fields.CharField(max_length=64)),
                ("channel", fields.CharField(max_length=80)),
                ("incident", fields.CharField(max_length=64)),
                ("kind", fields.CharField(max_length=16)),
                ("at", fields.BigIntField()),
                ("message", fields.TextField(unique=False)),
                ("state", fields.CharField(max_length=16)),
                ("tries", fields.IntField(db_default=0)),
                ("next_at", fields.BigIntField()),
                ("done_at", fields.BigIntField(null=True)),
                ("why", fields.TextField(db_default="", unique=False)),
            ],
            options={
                "table": "notice",
                "app": "store",
                "indexes": [
                    Index(fields=["state", "next_at"], name="notice_due"),
                    Index(fields=["channel", "state"], name="notice_channel"),
                    Index(fields=["at"], name="notice_at"),
                ],
                "pk_attr": "id",
                "table_description": "A message for one channel of a rule. Delivered in order within its thread.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NoticeThreadRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("rule", fields.CharField(max_length=64)),
                ("incident", fields.CharField(max_length=64)),
                ("said", fields.TextField(unique=False)),
                ("began_at", fields.BigIntField()),
                ("at", fields.BigIntField()),
                ("ended", fields.BooleanField(db_default=False)),
                ("within", fields.CharField(db_default="", max_length=64)),
            ],
            options={
                "table": "notice_thread",
                "app": "store",
                "unique_together": (("rule", "incident"),),
                "indexes": [Index(fields=["ended", "began_at"], name="notice_thread_ended")],
                "pk_attr": "id",
                "table_description": "What one rule said of one incident. Written with the messages that say it.",
            },
            bases=["Model"],
        ),
    ]
