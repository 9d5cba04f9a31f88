"""Models that are fetched or checked: a process for each, and a record that outlives everything."""
