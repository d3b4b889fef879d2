"""What people say of an incident, in several languages, and when. May import worker.contract."""
