"""System checks: mistakes of an installation, each with a hint."""
