"""What people see in a terminal: tables, explanations, outcomes."""
