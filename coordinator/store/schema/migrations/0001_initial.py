from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="ConfigurationRow",
            fields=[
                (
                    "version",
                    fields.IntField(generated=True, primary_key=True, unique=True, db_index=True),
                ),
                ("digest", fields.CharField(max_length=64)),
                ("document", fields.TextField(unique=False)),
                ("applied_at", fields.BigIntField()),
            ],
            options={
                "table": "configuration",
                "app": "store",
                "pk_attr": "version",
                "table_description": "One applied configuration, as canonical JSON. Nothing is overwritten: each change is a new version.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="GapRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("check", fields.CharField(max_length=64)),
                ("service", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=64)),
                ("first_slot", fields.BigIntField()),
                ("last_slot", fields.BigIntField()),
                ("first_at", fields.BigIntField()),
                ("last_at", fields.BigIntField()),
                ("reason", fields.CharField(max_length=16)),
            ],
            options={
                "table": "gap",
                "app": "store",
                "unique_together": (("check", "region", "first_slot"),),
                "indexes": [Index(fields=["last_at"], name="gap_last_at")],
                "pk_attr": "id",
                "table_description": "Looks that should have been made and were not, or of which nothing was heard.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IncidentRow",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("service", fields.CharField(max_length=64)),
                ("severity", fields.CharField(max_length=16)),
                ("scope", fields.CharField(max_length=16)),
                ("peak", fields.CharField(max_length=16)),
                ("regions", fields.TextField(unique=False)),
                ("components", fields.TextField(unique=False)),
                ("reason", fields.TextField(unique=False)),
                ("opened_at", fields.BigIntField()),
                ("started_after", fields.BigIntField(null=True)),
                ("started_by", fields.BigIntField()),
                ("ended_after", fields.BigIntField(null=True)),
                ("ended_by", fields.BigIntField(null=True)),
                ("resolved_at", fields.BigIntField(null=True)),
                ("updated_at", fields.BigIntField()),
            ],
            options={
                "table": "incident",
                "app": "store",
                "indexes": [Index(fields=["opened_at", "id"], name="incident_opened")],
                "pk_attr": "id",
                "table_description": "An incident as it is now.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LeaseRow",
            fields=[
                (
                    "name",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("holder", fields.CharField(max_length=128)),
                ("until", fields.BigIntField()),
            ],
            options={
                "table": "lease",
                "app": "store",
                "pk_attr": "name",
                "table_description": "Who may act alone, and until when.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RefusalRow",
            fields=[
                (
                    "reason",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("count", fields.BigIntField()),
                ("first_at", fields.BigIntField()),
                ("last_at", fields.BigIntField()),
                ("example", fields.TextField(unique=False)),
            ],
            options={
                "table": "refusal",
                "app": "store",
                "pk_attr": "reason",
                "table_description": "How often something that arrived was refused, by reason, with the last example.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ResultRow",
            fields=[
                (
                    "id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32),
                ),
                ("check", fields.CharField(max_length=64)),
                ("service", fields.CharField(max_length=64)),
                ("component", fields.CharField(max_length=64)),
                ("kind", fields.CharField(max_length=64)),
                ("region", fields.CharField(max_length=64)),
                ("worker", fields.CharField(max_length=64)),
                ("scheduled_at", fields.BigIntField()),
                ("started_at", fields.BigIntField()),
                ("received_at", fields.BigIntField()),
                ("attempt", fields.IntField()),
                ("ok", fields.BooleanField()),
                ("reason", fields.CharField(max_length=16)),
                ("blame", fields.CharField(max_length=16)),
                ("detail", fields.TextField(unique=False)),
                ("status_code", fields.IntField(null=True)),
                ("dns_ms", fields.FloatField(null=True)),
                ("connect_ms", fields.FloatField(null=True)),
                ("tls_ms", fields.FloatField(null=True)),
                ("ttfb_ms", fields.FloatField(null=True)),
                ("total_ms", fields.FloatField(null=True)),
                ("ip", fields.CharField(null=True, max_length=64)),
                ("asn", fields.BigIntField(null=True)),
                ("ip_country", fields.CharField(null=True, max_length=8)),
                ("extra", fields.TextField(unique=False)),
            ],
            options={
                "table": "result",
                "app": "store",
                "indexes": [
                    Index(fields=["received_at", "id"], name="result_received"),
                    Index(fields=["scheduled_at", "id"], name="result_scheduled"),
                    Index(fields=["check", "scheduled_at"], name="result_check"),
                ],
                "pk_attr": "id",
                "table_description": "One result, one column per field of `worker.contract.result.Result`, in the same order.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StandingRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("kind", fields.CharField(max_length=16)),
                ("subject", fields.CharField(max_length=160)),
                ("at", fields.BigIntField()),
                ("document", fields.TextField(unique=False)),
            ],
            options={
                "table": "standing",
                "app": "store",
                "unique_together": (("kind", "subject"),),
                "pk_attr": "id",
                "table_description": "What stands now: one document per service, region, worker, and for the coordinator itself.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TimelineRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("incident", fields.CharField(max_length=64)),
                ("at", fields.BigIntField()),
                ("event", fields.CharField(max_length=16)),
                ("severity", fields.CharField(max_length=16)),
                ("scope", fields.CharField(max_length=16)),
                ("regions", fields.TextField(unique=False)),
                ("components", fields.TextField(unique=False)),
                ("reason", fields.TextField(unique=False)),
            ],
            options={
                "table": "timeline",
                "app": "store",
                "unique_together": (("incident", "at", "event"),),
                "pk_attr": "id",
                "table_description": "One line in the timeline of an incident. Lines are only ever added.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="VerdictRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("service", fields.CharField(max_length=64)),
                ("at", fields.BigIntField()),
                ("record", fields.TextField(unique=False)),
            ],
            options={
                "table": "verdict",
                "app": "store",
                "unique_together": (("service", "at"),),
                "pk_attr": "id",
                "table_description": "The history of verdicts: a line for each change.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WorkerRow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("region", fields.CharField(max_length=64)),
                ("worker", fields.CharField(max_length=64)),
                ("first_heard_at", fields.BigIntField()),
                ("last_heard_at", fields.BigIntField()),
                ("address", fields.CharField(null=True, max_length=64)),
                ("asn", fields.BigIntField(null=True)),
                ("ip_country", fields.CharField(null=True, max_length=2)),
                ("vitals", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "worker",
                "app": "store",
                "unique_together": (("region", "worker"),),
                "pk_attr": "id",
                "table_description": "A worker that was heard, and the vitals it told last.",
            },
            bases=["Model"],
        ),
    ]
