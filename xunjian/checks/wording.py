"""What the system says of a failure, in Chinese."""

from shared.system_words import system_words


def why(error: OSError | OverflowError) -> str:
    """A few words; the system's own where they are not known."""
    return system_words(error) if isinstance(error, OSError) else str(error)


_SERVERS = (
    ("password authentication failed", "用户名或口令不对"),
    ("no password supplied", "没有写口令"),
    ("no pg_hba.conf entry", "服务器不许本机这样连接（pg_hba.conf）"),
    ("could not translate host name", "主机名解析不了"),
    ("Name or service not known", "主机名解析不了"),
    ("failed to resolve host", "主机名解析不了"),
    ("Connection refused", "拒绝连接，那里没有程序在监听"),
    ("timeout expired", "没有应答"),
    ("too many clients", "连接数已满"),
    ("SASL", "SASL 登录没有通过，请核对用户名、口令和机制"),
    ("SSL", "TLS 没有谈成，请核对证书和协议"),
    ("Unable to bootstrap", "连接不上，或连上后没有应答"),
    ("DnsLookup", "主机名解析不了"),
)
"""What drivers write in English, the more exact before the less."""


def translated(words: str) -> str:
    """What a driver said, after what it means where that is known."""
    meaning = next((chinese for english, chinese in _SERVERS if english.lower() in words.lower()), None)
    if meaning is None and "does not exist" in words:
        meaning = "没有这个用户或数据库"
    return f"{meaning}；原话：{words}" if meaning else words
