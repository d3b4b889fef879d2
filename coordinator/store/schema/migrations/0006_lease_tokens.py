from tortoise import fields, migrations

from coordinator.store.schema.columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [("store", "0005_intakes")]

    initial = False

    operations = [
        AddColumn(
            model_name="LeaseRow",
            name="token",
            field=fields.BigIntField(db_default=0),
        ),
    ]
