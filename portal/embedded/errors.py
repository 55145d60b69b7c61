"""What can go wrong for the person at the terminal, said in one sentence."""


class ServerError(Exception):
    """The message is one clear Danish sentence; whoever catches it prints it without a traceback."""
