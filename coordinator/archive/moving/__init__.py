"""Moving a day out of the database: through a spool on disk into checked parts."""
