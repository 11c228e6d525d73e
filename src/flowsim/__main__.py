"""Run the command line as ``python -m flowsim``."""

from flowsim.cli import main

if __name__ == "__main__":
    main()
