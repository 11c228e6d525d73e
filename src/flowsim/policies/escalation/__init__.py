"""Escalation: read the state, score it, keep levels steady, and carry out actions and undo them.

The process reads counters and open visits, draws no random numbers of its own, and acts through the same
settings as a planner's changes. Without an action it changes nothing at all.
"""
