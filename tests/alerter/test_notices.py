"""What operators are told about the watch itself, worded."""

import pytest

from services.alerter.notices import word_notices
from shared.delivery import Notice
from shared.session_life import BROKEN, ENDING, OVER
from tests.builders import NOW


@pytest.mark.parametrize("kind", [BROKEN, ENDING, OVER])
def test_what_became_of_a_login_is_told_with_what_to_do(kind: str) -> None:
    text = "weibo/default 的登录已失效。请运维人员重新登录：xunjian login weibo --name default"
    message = word_notices([Notice(kind=kind, subject="weibo/default", text=text, since=NOW)])
    assert message.lines == (text,)
    assert "1项需要处理" in message.title


def test_two_logins_are_two_lines_of_one_message() -> None:
    told = [Notice(kind=OVER, subject=f"weibo/{name}", text=f"{name} 的登录已失效", since=NOW) for name in ("a", "b")]
    assert word_notices(told).lines == ("a 的登录已失效", "b 的登录已失效")
