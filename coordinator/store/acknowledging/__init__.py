"""What vendors say and what we saw of it: wordings, hearing, joins, scorecards."""
