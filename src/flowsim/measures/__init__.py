"""Measures: the catalogue, evaluation of a replication, estimates over replications, terminal tables."""
