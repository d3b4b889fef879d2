from tortoise import fields, migrations

from coordinator.store.schema.columns import AddColumn


class Migration(migrations.Migration):
    dependencies = [("store", "0019_subscribers")]

    initial = False

    operations = [
        AddColumn(
            model_name="IncidentRow",
            name="probably_over",
            field=fields.TextField(null=True),
        ),
    ]
