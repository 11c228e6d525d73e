"""The two ways a run can end early."""

from flowsim.errors import FlowsimError


class Interrupted(KeyboardInterrupt):
    """The run was stopped from the keyboard; what is finished is kept, and the message says how to go on."""


class ReplicationFailed(FlowsimError):
    """A replication ended in an error that is not in the planner's files.

    Attributes:
        details: The traceback in the worker; empty when there is none.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details
