"""What flowsim costs, beside other tools and as the system grows: ``python -m benchmarks``."""
