"""The project: settings and wiring, no rules."""
