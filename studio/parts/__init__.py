"""Own components. Each is a builder in Python and a script beside it; templates are static."""
