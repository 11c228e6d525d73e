"""The theory suite: flowsim against results that are known exactly, for anyone to run.

Queues with textbook answers, small systems solved as Markov chains, traces worked out by hand, the laws
that every simulation must keep, and deliberate mistakes that the suite must notice. No expected value is
pasted: each is computed from its formula, or by solving its equations, when the suite runs.
"""
