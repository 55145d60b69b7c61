"""What can go wrong for the person at the terminal, said in one sentence."""


class ServerError(Exception):
    """Its message is one clear Danish sentence; who catches it prints it without a traceback."""
