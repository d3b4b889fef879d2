from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("store", "0016_circumstances")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AccessSessionRow",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("who", fields.CharField(max_length=128)),
                ("scopes", fields.CharField(max_length=100)),
                ("token", fields.CharField(null=True, max_length=12)),
                ("made_at", fields.BigIntField()),
                ("expires_at", fields.BigIntField()),
            ],
            options={
                "table": "access_session",
                "app": "store",
                "pk_attr": "id",
                "table_description": "A browser that somebody signed in by, as SHA-256 of what its cookie holds.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SignInLinkRow",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("who", fields.CharField(max_length=128)),
                ("scopes", fields.CharField(max_length=100)),
                ("expires_at", fields.BigIntField()),
                ("used_at", fields.BigIntField(null=True)),
            ],
            options={
                "table": "sign_in_link",
                "app": "store",
                "pk_attr": "id",
                "table_description": "A link by which one browser signs in, once, as SHA-256.",
            },
            bases=["Model"],
        ),
    ]
