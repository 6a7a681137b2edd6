"""WeChat's many names for one account and one article, and how they go together.

An account has a user name (`gh_…`, older ones `wxid_…`), a `__biz` (base64 of a number, which elsewhere is called
fakeid or `MP_WXS_<number>`), an alias its owner chose, and a display name that changes. An article has `mid` and `idx`
(`appmsgid_itemidx`), and a short and a long link that do not look alike.
"""

import base64
import binascii
import re
from urllib.parse import parse_qs, quote, urljoin, urlsplit

from services.collector.capture import clean
from shared.account import Account
from shared.events import Value

HOST = "mp.weixin.qq.com"
SITE = f"https://{HOST}"

_USER_NAME = re.compile(r"(?:gh|wxid)_\w+", re.A)
_NUMBER = re.compile(r"(?:MP_WXS_)?(\d{4,12})", re.A)
_LINK_KEYS = ("__biz", "mid", "idx", "sn")


class Identity(Value):
    """What a capture says of whose page it is; empty where it does not tell. `number` is the number behind `__biz`."""

    user_name: str = ""
    number: str = ""
    alias: str = ""
    name: str = ""

    @property
    def id(self) -> str | None:
        """The user name when known, else `__biz`, else the alias."""
        return self.user_name or (biz_of_number(self.number) if self.number else "") or self.alias or None

    def agrees(self, account: Account) -> bool | None:
        """True: this account's page; False: clearly another's; null: cannot be told.

        A changed name or alias proves nothing as long as an id agrees.
        """
        wanted = _claims(account)
        same = [
            mine == wanted[kind]
            for kind, mine in (("user_name", self.user_name), ("number", self.number))
            if mine and wanted.get(kind)
        ]
        if same:
            return any(same)
        if self.alias and self.alias.lower() == wanted.get("alias"):
            return True
        return True if self.name and self.name == account.name.strip() else None

    def filled_from(self, other: "Identity") -> "Identity":
        """This one, its blanks filled from another capture of the same look."""
        return Identity(**{field: getattr(self, field) or getattr(other, field) for field in Identity.model_fields})


def number_of_biz(biz: object) -> str:
    """`MzIyNjMxOTY0NA==`, `MP_WXS_3226319644` and `3226319644` are all 3226319644; empty for anything else."""
    text = str(biz or "").strip()
    if match := _NUMBER.fullmatch(text):
        return match[1]
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("ascii")
    except (ValueError, binascii.Error):
        return ""
    return decoded if re.fullmatch(r"\d{3,12}", decoded, re.A) else ""


def biz_of_number(number: str) -> str:
    return base64.b64encode(number.encode()).decode()


def biz_in(url: object) -> str:
    """The number behind `__biz` of a link; empty when it has none."""
    return number_of_biz(_query(clean_url(url)).get("__biz"))


def clean_url(url: object, base: str = SITE) -> str:
    r"""An http(s) address made whole and WeChat's made https; `&amp;` and `\/` undone. Empty for anything else.

    Only `&amp;` is undone: an HTML reader would make `&times` of `&timestamp`.
    """
    text = clean(url if isinstance(url, str) else "").strip().replace("\\/", "/")
    while "&amp;" in text:
        text = text.replace("&amp;", "&")
    try:
        whole = urljoin(base, text) if text else ""
        parts = urlsplit(whole)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return parts._replace(scheme="https").geturl() if parts.hostname == HOST else whole


def article_link(url: object, base: str = SITE) -> str | None:
    """One form for all links to an article: noise such as chksm and scene is dropped; other links are kept as they are.

    A temporary link (`/s?src=…&signature=…`) keeps its query, without which it opens nothing.
    """
    whole = clean_url(url, base)
    if not whole:
        return None
    parts = urlsplit(whole)
    if parts.hostname != HOST or not (parts.path == "/s" or parts.path.startswith("/s/")):
        return whole
    query = _query(whole)
    if parts.path != "/s":
        return f"{SITE}{parts.path}"
    if not (query.get("__biz") and query.get("mid")):
        return parts._replace(fragment="").geturl()
    return f"{SITE}/s?" + "&".join(f"{key}={quote(query[key], safe='=')}" for key in _LINK_KEYS if query.get(key))


def article_id(url: object) -> str | None:
    """`mid_idx` of a long link, the same as a list's `aid`; null for short and temporary links."""
    query = _query(clean_url(url))
    mid, idx = query.get("mid") or query.get("appmsgid"), query.get("idx") or query.get("itemidx")
    return f"{mid}_{idx}" if mid and idx and mid.isdigit() and idx.isdigit() else None


def query_of(url: object) -> dict[str, str]:
    """The query of an address, the first value of each key."""
    return _query(clean_url(url))


def _query(whole: str) -> dict[str, str]:
    try:
        return {key: values[0] for key, values in parse_qs(urlsplit(whole).query).items()}
    except ValueError:
        return {}


def _claims(account: Account) -> dict[str, str]:
    claims = {"number": biz_in(account.url)}
    if _USER_NAME.fullmatch(account.id):
        claims["user_name"] = account.id
    elif number := number_of_biz(account.id):
        claims["number"] = number
    else:
        claims["alias"] = account.id.lower()
    return claims
