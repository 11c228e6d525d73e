"""The sections of a report, one module each; every one returns None where it has nothing to say."""
