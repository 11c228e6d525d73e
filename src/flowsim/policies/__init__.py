"""Rules that send patients another way: alternatives at decision points."""
