"""Questions that people asked an account in public: when, and whether it answered. Not what, and never who."""

from shared.events import Moment, Value


class Question(Value):
    """`id`: a hash of the comment's own, by which it is known again. `answered_at`: when the account's answer was first
    seen or written; null while there is none. `seen_at`: when it was last seen without an answer, or with one."""

    key: str
    post_id: str
    id: str
    url: str | None = None
    asked_at: Moment
    answered_at: Moment | None = None
    seen_at: Moment
