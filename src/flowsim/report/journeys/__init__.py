"""One patient's story: every call, wait and place, who held them up, and how it ended."""
