"""Why a record is put aside, in Chinese, and what to do about it: for who finds it in the log or on `.dlq`."""

from shared.errors import PermanentError, PoisonError

MOST_CHARACTERS = 300
"""Of what is quoted: the remedy behind it must not be cut off."""
_NOT_OURS = "请核对是哪个程序写的；确是本程序写的，请保留原文并报告开发者"
_OURS = "请保留原文并报告开发者"


def why(error: Exception) -> str:
    """Of a record that cannot be read, or that a fault of our own does not let us deal with."""
    if isinstance(error, PoisonError):
        return str(error) if error.remedy else f"{str(error)[:MOST_CHARACTERS]}；{_NOT_OURS}"
    said = str(error) if isinstance(error, PermanentError) else f"处理时出错（{type(error).__name__}：{error}）"
    return failed(said)


def failed(words: str) -> str:
    """What went wrong is already in words."""
    return f"{words[:MOST_CHARACTERS]}；{_OURS}"
