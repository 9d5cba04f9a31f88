"""The command line: what can be typed, what it calls, and how it is shown."""
