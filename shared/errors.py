"""The whole error tree: an error says what to do next."""


class XunjianError(Exception):
    """Base of every error this project raises on purpose."""


class TransientError(XunjianError):
    """Try again later: the same call may succeed. `retry_after_seconds` is the other side's wish, if it gave one."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class UnansweredError(TransientError):
    """What was sent was not answered: the other side may have it all the same."""


class PermanentError(XunjianError):
    """Never try again with the same input: it will fail the same way."""


class ChannelError(PermanentError):
    """A channel of messages is set up wrongly or shut: no message would pass. They wait until it is mended."""


class PoisonError(PermanentError):
    """A record that cannot be read; it belongs on the dead-letter topic. `remedy`: where there is a better one than to
    ask who wrote it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message}；{remedy}" if remedy else message)
        self.remedy = remedy


class InputError(PermanentError):
    """Something a person gave us is wrong: `place` names file, row, column or key; the message ends with the remedy."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        self.message = message
