"""The 25 partnership agreements, with dates counted from the first start."""


def fill() -> int:
    return 0
