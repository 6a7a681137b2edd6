"""Home page links of the ledger: only the platform's own hosts, no way into the inner network, and the id they hold."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from shared.account import PLATFORM_NAMES, SEC_UID
from shared.addresses import host_of, refusal
from shared.ledger.pasted import REMEDY, is_short, links_in, without_marks
from shared.ledger.values import BadCellError, CellValue, shown


@dataclass(frozen=True)
class Site:
    """How a platform writes its addresses and ids.

    `kinds`: forms of id a link may hold; two ids of one kind that differ are two accounts. `other_links`: links of the
    platform that hold no id of an account, as expressions, and what they are.
    """

    hosts: tuple[str, ...]
    id_in_url: tuple[re.Pattern[str], ...]
    kinds: tuple[re.Pattern[str], ...]
    id_form: re.Pattern[str]
    id_remedy: str
    other_links: tuple[tuple[str, str], ...] = ()


_WEIBO_UID = r"[1-9][0-9]{4,11}"
_OF_USER = r"(?:100[2-6]0[3-6]|107603|230283)"
"""What Weibo writes before the number of an account in the address of its older pages."""
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
        other_links=(
            (r"/s/[\w-]+", "文章的短链接里没有公众号的编号（__biz）"),
            (r"/s\?.*(?:src|signature)=", "搜索得来的临时链接会过期，里面没有公众号的编号（__biz）"),
        ),
    ),
    "weibo": Site(
        hosts=("weibo.com", "weibo.cn"),
        id_in_url=(
            re.compile(rf"weibo\.(?:com|cn)/(?:u|profile)/({_WEIBO_UID})(?:[/?#&]|$)", re.IGNORECASE),
            re.compile(rf"weibo\.(?:com|cn)/({_WEIBO_UID})(?:[/?#&]|$)", re.IGNORECASE),
            re.compile(rf"weibo\.(?:com|cn)/p/(?:index\?(?:.*&)?containerid=)?{_OF_USER}({_WEIBO_UID})(?:[_/?#&-]|$)"),
        ),
        kinds=(re.compile(_WEIBO_UID),),
        id_form=re.compile(_WEIBO_UID),
        id_remedy="填数字UID，或主页链接 https://weibo.com/u/数字UID",
        other_links=(
            (r"/n/", "链接里是昵称，不是数字UID；请在浏览器中打开，再复制地址栏"),
            (r"/(?:status|detail|tv|ttarticle)/", "是一条微博的链接，不是账号主页"),
            (
                r"weibo\.(?:com|cn)/[A-Za-z]\w+/?(?:[?#]|$)",
                "链接里是个性域名，不是数字UID；请在浏览器中打开，再复制地址栏",
            ),
        ),
    ),
    "douyin": Site(
        hosts=("douyin.com", "iesdouyin.com"),
        id_in_url=(
            re.compile(rf"/user/({SEC_UID})(?:[/?#]|$)"),
            re.compile(rf"/user/.*[?&]sec_u?id=({SEC_UID})(?:[&#]|$)"),
        ),
        kinds=(re.compile(SEC_UID),),
        id_form=re.compile(SEC_UID),
        id_remedy="主页链接填电脑浏览器里的 https://www.douyin.com/user/…",
        other_links=(
            (r"/(?:video|note|slides)/|/share/(?:video|note)", "是作品的链接，不是账号主页"),
            (r"/user/self", "是登录者自己主页的地址，别人打开不是这个账号"),
        ),
    ),
    "toutiao": Site(
        hosts=("toutiao.com",),
        id_in_url=(
            re.compile(rf"/(?:c/user/(?:token/)?|profile/)({SEC_UID})(?:[/?#]|$)"),
            re.compile(rf"/(?:c/user/(?:relation/)?|profile/)({_TOUTIAO_USER})(?:[/?#]|$)"),
            re.compile(rf"/profile/?\?(?:.*&)?(?:user_id|uid)=({_TOUTIAO_USER})(?:[&#]|$)"),
        ),
        kinds=(re.compile(SEC_UID), re.compile(_TOUTIAO_USER)),
        id_form=re.compile(rf"{SEC_UID}|{_TOUTIAO_USER}"),
        id_remedy="主页链接填 https://www.toutiao.com/c/user/token/…",
        other_links=(
            (r"/m\d+", "链接里是旧的媒体号，不是用户号；请在浏览器中打开，再复制地址栏"),
            (r"/(?:article|group|item|video|w|trending|[ai]\d)", "是文章或视频的链接，不是账号主页"),
        ),
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

_QUOTED = ("wechat",)
_VISITOR = re.compile(r"https?://(?:passport|visitor\.passport|login)\.", re.IGNORECASE)
"""Where a platform sends who is not known to it; the address that was meant is in the query, quoted."""

_TOKEN = re.compile(r"[\x21-\x7e]{1,200}")
"""Perhaps a platform's own name for an account (抖音号, a custom domain): worth keeping, if not worth opening."""

_WHOLE = re.compile(r"https?://[^\s\\\x00-\x1f\x7f]{1,2000}", re.IGNORECASE)
_BARE_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/?#]|$)", re.IGNORECASE)


def _site(platform: str) -> Site:
    return SITES.get(platform, _ANY_SITE)


def read_link(value: CellValue) -> str:
    """The http(s) address in a cell, whatever stands around it: no log-in part, no backslash, no strange port."""
    text = shown(value)
    if _BARE_HOST.match(text):
        text = f"https://{text}"
    whole = without_marks(text.replace("&amp;", "&"))
    if _WHOLE.fullmatch(whole) and platform_of(whole) is None:
        return _checked(whole)  # a feed's address may hold Chinese
    found = links_in(text)
    return _checked(_one_of(found) if found else whole)


def pasted_link(text: str) -> str | None:
    """The link in a cell for something else, the id say; null when there is none. Raises BadCellError."""
    found = links_in(text)
    return _checked(_one_of(found)) if found else None


def _one_of(found: list[str]) -> str:
    """Several links that lead to one account are one; of others nobody can say which is meant."""
    ids = {
        (platform, account_id): link
        for link in found
        if (platform := platform_of(link)) and (account_id := id_in(link, platform))
    }
    if len(found) > 1 and len(ids) != 1:
        raise BadCellError("一格里有多个网址", "一格只填一个账号的主页链接")
    return next(iter(ids.values())) if ids else found[0]


def _checked(link: str) -> str:
    parts = _split(link)
    if parts.scheme not in ("http", "https"):
        raise BadCellError("不是 http 或 https 网址", REMEDY)
    if not _WHOLE.fullmatch(link) or "@" in parts.netloc:
        raise BadCellError("网址里有空格、反斜杠或登录信息", REMEDY)
    return link


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 -- asking is what checks it
    except ValueError:
        raise BadCellError("网址写法不对", REMEDY) from None
    if not parts.hostname and parts.scheme in ("http", "https"):
        raise BadCellError("网址没有主机名", REMEDY)
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
    readable = unquote(unquote(link)) if platform in _QUOTED or _VISITOR.match(link) else link
    for pattern in _site(platform).id_in_url:
        if match := pattern.search(readable):
            return match[1]
    return None


def can_open(platform: str, given: str | None) -> bool:
    """Whether the id alone leads to the account's page."""
    return bool(given and _site(platform).id_form.fullmatch(given) and not _unopenable(platform, given))


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
        unlike = f"“{(given or '')[:60]}”不是{PLATFORM_NAMES.get(platform, platform)}的账号编号"
        return linked, f"{unlike}，已用链接里的 {linked}" if given else None
    if given and _TOKEN.fullmatch(given):
        return given, f"“{given}”不是能打开主页的账号编号，核查将是未能核实；请{site.id_remedy}"
    if link and is_short(link):
        return _short_id(link), f"“{link}”是分享短链接，核查将是未能核实；请在浏览器中打开一次，{site.id_remedy}"
    raise BadCellError(_why_no_id(site, given, link), site.id_remedy)


def _short_id(link: str) -> str:
    return link.partition("://")[2].partition("?")[0].rstrip("/")


def _why_no_id(site: Site, given: str | None, link: str | None) -> str:
    for form, words in site.other_links if link else ():
        if re.search(form, link or ""):
            return words
    if given:
        return "不是该平台的账号编号"
    return "没有账号ID，主页链接里也没有"


def _unopenable(platform: str, given: str) -> str | None:
    if platform == "wechat" and not _BIZ.fullmatch(given):
        return f"只凭“{given}”打不开公众号，核查将是未能核实；请补上含 __biz= 的主页链接"
    if platform == "feed":
        return f"只凭“{given}”打不开订阅源，核查将是未能核实；请补上订阅源的网址"
    return None


def _is_on(host: str, hosts: tuple[str, ...]) -> bool:
    return any(host == own or host.endswith(f".{own}") for own in hosts)
