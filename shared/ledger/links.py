"""Home page links of the ledger: only the platform's own hosts, no way into the inner network, and the id they hold."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from shared.account import PLATFORM_NAMES, SEC_UID
from shared.addresses import host_of, refusal
from shared.ledger.values import BadCellError, CellValue, shown


@dataclass(frozen=True)
class Site:
    """How a platform writes its addresses and ids.

    `kinds`: forms of id a link may hold; two ids of one kind that differ are two accounts.
    """

    hosts: tuple[str, ...]
    id_in_url: tuple[re.Pattern[str], ...]
    kinds: tuple[re.Pattern[str], ...]
    id_form: re.Pattern[str]
    id_remedy: str


_WEIBO_UID = r"[1-9][0-9]{4,11}"
_TOUTIAO_USER = r"[1-9][0-9]{4,19}"
_BIZ = re.compile(r"(?:MP_WXS_)?[0-9]+|(?:[MNO][CDSTijyz][AEIMQUYcgk0-9][0-5w-z])+[A-Za-z0-9]{0,3}={0,2}")
"""A number, or a number in base64: whatever else stands for a WeChat account does not lead to its page."""

SITES = {
    "wechat": Site(
        hosts=("mp.weixin.qq.com",),
        id_in_url=(re.compile(r"[?&#]__biz=([A-Za-z0-9+/]+={0,2})"),),
        kinds=(re.compile(r"[A-Za-z0-9+/]{7,}={1,2}"),),
        id_form=re.compile(r"[A-Za-z0-9+/=_-]{5,64}"),
        id_remedy="填原始ID（gh_ 开头），或填带 __biz= 的文章链接",
    ),
    "weibo": Site(
        hosts=("weibo.com", "weibo.cn"),
        id_in_url=(
            re.compile(rf"(?:weibo\.com|m\.weibo\.cn|//weibo\.cn)/(?:u|profile)/({_WEIBO_UID})(?:[/?#]|$)"),
            re.compile(rf"weibo\.com/({_WEIBO_UID})(?:[/?#]|$)"),
        ),
        kinds=(re.compile(_WEIBO_UID),),
        id_form=re.compile(_WEIBO_UID),
        id_remedy="填数字UID，或主页链接 https://weibo.com/u/数字UID",
    ),
    "douyin": Site(
        hosts=("douyin.com", "iesdouyin.com"),
        id_in_url=(re.compile(rf"/user/({SEC_UID})(?:[/?#]|$)"),),
        kinds=(re.compile(SEC_UID),),
        id_form=re.compile(SEC_UID),
        id_remedy="主页链接填电脑浏览器里的 https://www.douyin.com/user/…",
    ),
    "toutiao": Site(
        hosts=("toutiao.com",),
        id_in_url=(
            re.compile(rf"/c/user/token/({SEC_UID})(?:[/?#]|$)"),
            re.compile(rf"/c/user/({_TOUTIAO_USER})(?:[/?#]|$)"),
        ),
        kinds=(re.compile(SEC_UID), re.compile(_TOUTIAO_USER)),
        id_form=re.compile(rf"{SEC_UID}|{_TOUTIAO_USER}"),
        id_remedy="主页链接填 https://www.toutiao.com/c/user/token/…",
    ),
    "feed": Site(
        hosts=(),
        id_in_url=(re.compile(r"^https?://(.+)$", re.IGNORECASE),),
        kinds=(),
        id_form=re.compile(r"\S{1,2000}"),
        id_remedy="填订阅源的网址",
    ),
}

_ANY_SITE = Site(hosts=(), id_in_url=(), kinds=(), id_form=re.compile(r"\S{1,2000}"), id_remedy="填该平台的账号编号")
"""A platform that this file does not know: its plug-in checks what it can open."""

_TOKEN = re.compile(r"[\x21-\x7e]{1,200}")
"""Perhaps a platform's own name for an account (抖音号, a custom domain): worth keeping, if not worth opening."""

_LINK_REMEDY = "填浏览器地址栏里完整的网址，以 https:// 开头"
_BARE_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/?#]|$)", re.IGNORECASE)


def _site(platform: str) -> Site:
    return SITES.get(platform, _ANY_SITE)


def read_link(value: CellValue) -> str:
    """An http(s) address without log-in part, backslash, spaces or a strange port; `weibo.com/…` gets its https://."""
    text = shown(value).replace("&amp;", "&")
    if _BARE_HOST.match(text):
        text = f"https://{text}"
    parts = _split(text)
    if parts.scheme not in ("http", "https"):
        raise BadCellError("不是 http 或 https 网址", _LINK_REMEDY)
    if not re.fullmatch(r"[^\s\\\x00-\x1f\x7f]{1,2000}", text) or "@" in parts.netloc:
        raise BadCellError("网址里有空格、反斜杠或登录信息", _LINK_REMEDY)
    return text


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 -- asking is what checks it
    except ValueError:
        raise BadCellError("网址写法不对", _LINK_REMEDY) from None
    if not parts.hostname and parts.scheme in ("http", "https"):
        raise BadCellError("网址没有主机名", _LINK_REMEDY)
    return parts


def platform_of(link: str) -> str | None:
    """The platform a link belongs to, when the host alone tells."""
    host = host_of(link) or ""
    return next((name for name, site in SITES.items() if _is_on(host, site.hosts)), None)


def check_host(link: str, platform: str) -> None:
    """Raises BadCellError unless the link lies on the platform's own host; a feed may be on any public one."""
    host, hosts = host_of(link) or "", _site(platform).hosts
    if hosts and not (_is_on(host, hosts) and refusal(link, (host,)) is None):
        label = PLATFORM_NAMES.get(platform, platform)
        raise BadCellError(f"不是{label}的网址", f"填 {'、'.join(hosts)} 上的主页链接，或更正平台")
    if not hosts and refusal(link):
        raise BadCellError("订阅源不在公网上", "填公网可以打开的订阅源网址")


def id_in(link: str, platform: str) -> str | None:
    """The account id a link holds; of a feed everything behind the scheme, so that http and https are one feed."""
    for pattern in _site(platform).id_in_url:
        if match := pattern.search(unquote(link) if platform == "wechat" else link):
            return match[1]
    return None


def choose_id(platform: str, given: str | None, link: str | None) -> tuple[str, str | None]:
    """The id to watch, and what a person should know of the choice. `given` is the row's own id cell.

    Raises BadCellError when neither holds one, or they name two accounts: watching the wrong one would accuse it.
    """
    site, linked = _site(platform), id_in(link, platform) if link else None
    if given and site.id_form.fullmatch(given):
        if linked and linked != given and any(kind.fullmatch(given) and kind.fullmatch(linked) for kind in site.kinds):
            raise BadCellError(f"账号ID与主页链接里的 {linked} 不是同一个账号", "核对后改正其中之一")
        return given, None if link else _unopenable(platform, given)
    if linked:
        return (
            linked,
            f"“{given[:60]}”不是{PLATFORM_NAMES.get(platform, platform)}的账号编号，已用链接里的 {linked}"
            if given
            else None,
        )
    if given and _TOKEN.fullmatch(given):
        return given, f"“{given}”不是能打开主页的账号编号，核查将是未能核实；请{site.id_remedy}"
    message = "不是该平台的账号编号" if given else "没有账号ID，主页链接里也没有"
    raise BadCellError(message, site.id_remedy)


def _unopenable(platform: str, given: str) -> str | None:
    if platform == "wechat" and not _BIZ.fullmatch(given):
        return f"只凭“{given}”打不开公众号，核查将是未能核实；请补上含 __biz= 的主页链接"
    if platform == "feed":
        return f"只凭“{given}”打不开订阅源，核查将是未能核实；请补上订阅源的网址"
    return None


def _is_on(host: str, hosts: tuple[str, ...]) -> bool:
    return any(host == own or host.endswith(f".{own}") for own in hosts)
