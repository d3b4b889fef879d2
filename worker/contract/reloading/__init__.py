"""What every process does at SIGHUP: it reads files again that its settings name, and goes on."""
