from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from coordinator.store.schema.columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [("store", "0013_salted_keys"), ("store", "0013_duty_cycle")]

    initial = False

    operations = [
        AddColumn(
            model_name="AuditRow",
            name="before_digest",
            field=fields.CharField(max_length=64, db_default=""),
        ),
        AddColumn(
            model_name="AuditRow",
            name="after_digest",
            field=fields.CharField(max_length=64, db_default=""),
        ),
        ops.CreateModel(
            name="AccessTokenRow",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=12),
                ),
                ("digest", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=64)),
                ("scopes", fields.CharField(max_length=100)),
                ("networks", fields.CharField(max_length=400)),
                ("made_at", fields.BigIntField()),
                ("made_by", fields.CharField(max_length=128)),
                ("expires_at", fields.BigIntField(null=True)),
                ("revoked_at", fields.BigIntField(null=True)),
                ("uses", fields.BigIntField(db_default=0)),
                ("last_used_at", fields.BigIntField(null=True)),
            ],
            options={
                "table": "access_token",
                "app": "store",
                "pk_attr": "id",
                "table_description": "A token of the HTTP API, as SHA-256. It is kept when it was revoked, for its name is told.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AccessTokenUseRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("token", fields.CharField(max_length=12)),
                ("address", fields.CharField(max_length=64)),
                ("at", fields.BigIntField()),
            ],
            options={
                "table": "access_token_use",
                "app": "store",
                "unique_together": (("token", "address"),),
                "pk_attr": "id",
                "table_description": "From which addresses a token was used, and when last. The newest are kept.",
            },
            bases=["Model"],
        ),
    ]
