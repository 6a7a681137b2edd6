"""Whether a link leads to a shop: by its host, since what stands behind it is never opened."""

import re
from urllib.parse import urlsplit

_SHOPS = re.compile(
    r"(?:^|\.)(?:(?:taobao|tmall|jd|1688|pinduoduo|yangkeduo|jinritemai|weidian|youzan|koudaitong|suning|vip|dangdang|kaola)"
    r"\.(?:com|hk)|tb\.cn|jd\.hk)$"
)
_AUCTIONS = re.compile(r"^(?:sf|sf-item|susong|susong-item|zc-paimai|zc-item|paimai|auction|pmsearch)\.")
"""Courts and finance bureaus sell by auction on the same platforms: that is a public duty."""

_MALL = re.compile(r"京东购物|拼多多|淘宝|天猫|唯品会|美团优选|多多买菜|微店|有赞|旗舰店|官方商城|优选商城|好物商城")


def shop_host(address: str) -> str | None:
    """The host of a link to a shop; null for any other link, court auctions, and what is no address."""
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return None
    return host if _SHOPS.search(host) and not _AUCTIONS.search(host) else None


def is_mall(name: str) -> bool:
    """True for the name of a mini-program that sells; most mini-programs are an office's own services."""
    return _MALL.search(name) is not None
