"""Public comments under a post of Weibo: which of them ask, and whether the account answered."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from services.collector.capture import Capture
from services.collector.platforms._weibo_mblog import user_id
from services.collector.reading.markup import plain_text
from services.collector.reading.moments import from_text
from services.collector.reading.questions import asks
from services.collector.reading.sight import asked_for
from services.collector.reading.tree import as_dict, as_dicts, as_id, as_int, as_list, as_text, document
from shared.account import Account
from shared.questions import Question


def questions_in(capture: Capture, account: Account) -> Iterator[Question]:
    """Of an answer of /comments/hotflow. A comment whose answers are not all shown says nothing."""
    post_id = as_id(asked_for(capture, "id"))
    answer = as_dict(document(capture.body))
    if post_id is None or capture.status != 200 or as_int(answer.get("ok")) != 1:
        return
    for comment in as_dicts(as_dict(answer.get("data")).get("data")):
        question = _question(comment, post_id, capture, account)
        if question is not None:
            yield question


def _question(comment: dict[str, object], post_id: str, capture: Capture, account: Account) -> Question | None:
    own_id, asked_at = as_id(comment.get("id")), _written_at(comment, capture)
    is_own = user_id(as_dict(comment.get("user"))) == account.id
    if own_id is None or asked_at is None or asked_at > capture.at or is_own:
        return None
    if not asks(plain_text(as_text(comment.get("text")) or "")):
        return None
    answers = as_dicts(as_list(comment.get("comments")))
    own = [answer for answer in answers if user_id(as_dict(answer.get("user"))) == account.id]
    if not own and (as_int(comment.get("total_number")) or 0) > len(answers):
        return None
    times = [_written_at(answer, capture) or capture.at for answer in own]
    return Question(
        key=account.key,
        post_id=post_id,
        id=hashlib.sha256(f"{account.key}/{own_id}".encode()).hexdigest()[:32],
        url=f"https://m.weibo.cn/detail/{post_id}",
        asked_at=asked_at,
        answered_at=min(times, default=None),
        seen_at=capture.at,
    )


def _written_at(comment: dict[str, object], capture: Capture) -> datetime | None:
    return from_text(as_text(comment.get("created_at")) or "", capture.at)
