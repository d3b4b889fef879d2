from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("store", "0008_changes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AuditRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("at", fields.BigIntField()),
                ("who", fields.CharField(max_length=128)),
                ("what", fields.CharField(max_length=64)),
                ("about", fields.CharField(max_length=300)),
                ("source", fields.CharField(max_length=128)),
            ],
            options={
                "table": "audit",
                "app": "store",
                "pk_attr": "id",
                "table_description": "Who did what to whom, and from where. Lines are only added, and the oldest forgotten.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="InvitationRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("digest", fields.CharField(unique=True, max_length=64)),
                ("region", fields.CharField(max_length=64)),
                ("worker", fields.CharField(null=True, max_length=64)),
                ("network", fields.CharField(null=True, max_length=64)),
                ("made_at", fields.BigIntField()),
                ("expires_at", fields.BigIntField()),
                ("used_at", fields.BigIntField(null=True)),
            ],
            options={
                "table": "invitation",
                "app": "store",
                "pk_attr": "id",
                "table_description": "A token that was given out once, as SHA-256: it lets one worker of a region join.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WorkerKeyRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("region", fields.CharField(max_length=64)),
                ("worker", fields.CharField(max_length=64)),
                ("digest", fields.CharField(max_length=64)),
                ("invitation", fields.BigIntField(unique=True)),
                ("made_at", fields.BigIntField()),
                ("until", fields.BigIntField(null=True)),
                ("revoked_at", fields.BigIntField(null=True)),
                ("draining_at", fields.BigIntField(null=True)),
                ("applied_at", fields.BigIntField(null=True)),
            ],
            options={
                "table": "worker_key",
                "app": "store",
                "indexes": [Index(fields=["region", "worker"], name="worker_key_worker")],
                "pk_attr": "id",
                "table_description": "The key of one worker, as SHA-256 of the secret that it made itself.",
            },
            bases=["Model"],
        ),
    ]
