"""Which links of a post are worth opening: public pages, not the platforms' own, which need a browser and a login."""

from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs, urldefrag, urlsplit

from services.collector.capture import MAX_URL, ShownPost
from shared.addresses import host_of, refusal

MOST_OF_A_POST = 20
_PLATFORMS = ("weixin.qq.com", "weibo.com", "weibo.cn", "sinaimg.cn", "douyin.com", "iesdouyin.com", "toutiao.com")
_SHORT = ("t.cn", "url.cn", "dwz.cn")
"""Their own redirects lead anywhere, so that what is found there tells nothing against the post's author."""
_WRAPPED = {"weibo.cn": "u", "link.zhihu.com": "target"}


def links_of(posts: Iterable[ShownPost]) -> Iterator[tuple[str, str]]:
    """Post id and address, each once."""
    for post in posts:
        yield from ((post.id, url) for url in worth_opening(post.links))


def worth_opening(urls: Iterable[str]) -> list[str]:
    plain = (_unwrapped(url) for url in urls)
    return list(dict.fromkeys(urldefrag(url).url for url in plain if _is_worth(url)))[:MOST_OF_A_POST]


def _is_worth(url: str) -> bool:
    host = host_of(url) or ""
    own = any(host == name or host.endswith(f".{name}") for name in _PLATFORMS)
    return len(url) <= MAX_URL and not own and host not in _SHORT and refusal(url) is None


def _unwrapped(url: str) -> str:
    """Weibo shows a link as its own page that leads on."""
    host = host_of(url) or ""
    name = next((key for site, key in _WRAPPED.items() if host in (site, f"www.{site}")), None)
    try:
        inner = parse_qs(urlsplit(url).query).get(name or "", [""])[0]
    except ValueError:
        return url
    return inner if inner.startswith(("http://", "https://")) else url
