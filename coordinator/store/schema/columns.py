"""What migrations need beside Tortoise's own operations."""

from tortoise.migrations.operations import AddField
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State


class AddColumn(AddField):
    """AddField whose way back drops the column alone: on SQLite, Tortoise's own loses the table's
    unique keys.
    """

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        """Drop the column again."""
        if state_editor is not None:
            model = old_state.apps.get_model(f"{app_label}.{self.model_name}")
            field = model._meta.fields_map[self.name]  # noqa: SLF001  as Tortoise's own operation does
            await BaseSchemaEditor.remove_field(state_editor, model, field)
