"""Is a public comment a question to the account? Its words are looked at and forgotten; who asked is never read."""

import re

_ASKS = re.compile(
    r"[?？]|请问|咨询|求助|怎么(?:办|弄|走|查|交|领|申请|预约|还|不)|如何|什么时候|啥时候|何时|几点|多久|哪里|哪儿|在哪"
    r"|为什么|为啥|能不能|可不可以|可以.{0,12}吗|有没有|是不是|需要.{0,12}(?:吗|什么)|多少钱|吗[。！!~～…]{0,9}$"
)
_SAYS_NOTHING = re.compile(r"(?:不是吗|好吗|是吧|对吧|懂吗|知道吗|行吗|哈)[?？!！~～。…]{0,9}$")
_SHORTEST, _LONGEST = 4, 500


def asks(text: str) -> bool:
    """A rough sieve for a person to look through: rather one too few than one too many."""
    said = text.strip()
    if not _SHORTEST <= len(said) <= _LONGEST or _SAYS_NOTHING.search(said):
        return False
    return bool(_ASKS.search(said))
