from tortoise import fields, migrations

from coordinator.store.schema.columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [("store", "0012_notices")]

    initial = False

    operations = [
        AddColumn(
            model_name="WorkerKeyRow",
            name="salted",
            field=fields.CharField(max_length=64, db_default=""),
        ),
    ]
