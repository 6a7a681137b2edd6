"""feeds.qinghe.example: an invented site's RSS 2.0 feeds, `/<id without qinghe->.xml`."""

import email.utils
from xml.sax.saxutils import escape

from demo.web import Answer, Request, not_found
from demo.world import Behaviour, DemoAccount, DemoPost
from shared.clock import to_shanghai

HOSTS = ("feeds.qinghe.example",)
_ITEM = "<item><title>{title}</title><link>{url}</link><guid>{url}</guid><description>{text}</description>{rest}</item>"


def account_key(request: Request) -> str | None:
    name = request.path.strip("/").removesuffix(".xml")
    return f"feed/qinghe-{name}" if name else None


def answer(request: Request, account: DemoAccount | None) -> Answer:
    if account is None or Behaviour.CANCELLED in account.behaviours:
        return not_found()
    if Behaviour.CAPTCHA in account.behaviours:
        return Answer("<!DOCTYPE html><title>安全验证</title>请完成验证后继续访问".encode(), status=403)
    if Behaviour.LOGIN_WALL in account.behaviours:
        return Answer("<!DOCTYPE html><title>登录</title>请先登录".encode(), status=401)
    items = "".join(_item(post) for post in account.posts[:20])
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>{escape(account.name)}</title><link>https://{HOSTS[0]}/</link>"
        f"<description>{escape(account.unit)}</description>{items}</channel></rss>"
    )
    return Answer(text.encode(), content_type="application/rss+xml; charset=utf-8")


def _item(post: DemoPost) -> str:
    date = f"<pubDate>{email.utils.format_datetime(to_shanghai(post.at))}</pubDate>"
    url = f"https://{HOSTS[0]}/item/{post.id}.html"
    return _ITEM.format(title=escape(post.title), url=url, text=escape(post.text), rest=date)
