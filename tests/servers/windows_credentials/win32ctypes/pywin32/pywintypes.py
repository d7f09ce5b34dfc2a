"""Errors of the Windows interface."""


class error(Exception):
    """An error with its number and the function that it came from."""

    def __init__(self, winerror: int, funcname: str, strerror: str) -> None:
        super().__init__(winerror, funcname, strerror)
        self.winerror, self.funcname, self.strerror = winerror, funcname, strerror
