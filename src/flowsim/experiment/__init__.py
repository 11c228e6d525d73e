"""Running a scenario for its replications, on one core or many, as precisely as asked."""
