from tortoise import fields, migrations

from coordinator.store.schema.columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [("store", "0009_joining")]

    initial = False

    operations = [
        AddColumn(
            model_name="IncidentRow",
            name="closed_because",
            field=fields.CharField(max_length=16, db_default=""),
        ),
    ]
