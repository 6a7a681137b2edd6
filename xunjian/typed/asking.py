"""Questions on a terminal; where there is none, what was given or is usual, so that nothing waits for an answer."""

import re
import sys
from collections.abc import Callable, Sequence

import typer

from shared.errors import InputError

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


def address(text: str) -> None:
    """Raises InputError for what is no mail address."""
    if not _ADDRESS.fullmatch(text):
        raise InputError(text, "不是邮箱地址；例如 office@example.gov.cn")


class Asking:
    """An answer that was given by a flag is not asked for."""

    def __init__(self, *, is_silent: bool) -> None:
        self._asks = not is_silent and sys.stdin.isatty()

    def text(
        self,
        question: str,
        given: str | None,
        usual: str | None = "",
        check: Callable[[str], None] | None = None,
        flag: str = "",
    ) -> str:
        """One line, checked unless it is empty; asked again until it is right. `usual` null: it must be answered.

        Raises InputError where nobody can be asked.
        """
        while True:
            text = given if given is not None else self._line(question, usual)
            if text is None:
                raise InputError(flag, f"没有给出{question}；请加上这个选项")
            try:
                if check and text:
                    check(text)
            except InputError as error:
                if given is not None or not self._asks:
                    raise
                typer.echo(f"{error}")
                continue
            if text or usual is not None:
                return text
            if not self._asks:
                raise InputError(flag, f"没有给出{question}；请加上这个选项")

    def choice(self, question: str, given: str | None, choices: Sequence[str], usual: str) -> str:
        def check(text: str) -> None:
            if text not in choices:
                raise InputError(text, f"请写其中之一：{'、'.join(choices)}")

        return self.text(f"{question}（{'、'.join(choices)}）", given, str(usual), check)

    def secret(self, question: str) -> str:
        """What is typed and not shown; empty where nobody can be asked, to be written into its file later."""
        if not self._asks:
            return ""
        return str(
            typer.prompt(f"{question}（不显示；以后再写就直接回车）", default="", show_default=False, hide_input=True)
        )

    def _line(self, question: str, usual: str | None) -> str | None:
        if not self._asks:
            return usual
        return str(typer.prompt(question, default=usual or "", show_default=bool(usual))).strip()
