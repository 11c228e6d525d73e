"""What a scenario may say: frozen settings whose docstrings are the manual."""
