"""Those who asked on a status page to be told: strangers, who hear of what it shows alone."""
