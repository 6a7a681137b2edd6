"""Pages and answers of WeChat, written by hand."""

import json
from datetime import UTC, datetime
from typing import Any

from services.collector.capture import Capture, Reading
from services.collector.platforms.wechat import WeChat
from shared.account import Account

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
BIZ, NUMBER = "MzIyNjMxOTY0NA==", "3226319644"


def capture(body: str | bytes, url: str | None = None, status: int | None = None) -> Capture:
    return Capture(url=url, status=status, body=body.encode() if isinstance(body, str) else body, at=NOW)


def read(*bodies: str | bytes, account: Account | None = None, url: str | None = None) -> Reading:
    return WeChat().read([capture(body, url) for body in bodies], account)


def ledger(own_id: str = "gh_0123456789ab", name: str = "某市发布", url: str | None = None) -> Account:
    return Account(platform="wechat", id=own_id, name=name, unit="某市政府办", url=url)


def script(value: object) -> str:
    """A value as WeChat's pages write it: `JsDecode('…')` and `'1' * 1`."""
    if isinstance(value, dict):
        return "{" + "".join(f"{key}: {script(item)}," for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(script(item) for item in value) + "]"
    if isinstance(value, str):
        escaped = "".join(f"\\x{ord(sign):02x}" if sign in "&\"'<>\n\\" else sign for sign in value)
        return f"JsDecode('{escaped}')"
    return f"'{value}' * 1"


def article(body: str = "<p>正文</p>", **changes: object) -> str:
    facts: dict[str, Any] = {
        "user_name": "gh_0123456789ab",
        "nick_name": "某市发布",
        "bizuin": BIZ,
        "mid": 2247500001,
        "idx": 1,
        "title": "通知 & 公告",
        "link": "https://mp.weixin.qq.com/s?__biz=" + BIZ + "&amp;mid=2247500001&amp;idx=1&amp;sn=ab&amp;chksm=cd#rd",
        "ori_create_time": 1762747210,
        "svr_time": 1762926209,
        "copyright_info": {"copyright_stat": 0},
        "user_info": {"appmsg_bar_data": {}},
        "rt_biz_info": {"elected_comment_total_cnt": 0},
        "advertisement_info": [],
    } | changes
    return (
        '<html><head><title></title></head><body><div id="js_article"><div id="js_content" style="opacity: 0">'
        f"{body}</div></div><div id='js_top_ad_area'></div><script>var biz = null; var tags = 'mpcps mp-common-product';"
        f"window.cgiDataNew = {script(facts)};</script></body></html>"
    )


def weui(words: str) -> str:
    return f'<html><head><title></title></head><body><div class="weui-msg"><h2 class="weui-msg__title">{words}</h2></div></body></html>'


def message(time: int = 1762747210, mid: int = 2247500001, **changes: object) -> dict[str, Any]:
    def item(idx: int, stat: int) -> dict[str, Any]:
        url = f"http:\\/\\/mp.weixin.qq.com\\/s?__biz={BIZ}&amp;mid={mid}&amp;idx={idx}&amp;sn=aa&amp;chksm=bb#wechat_redirect"
        return {
            "title": f"第{idx}条&amp;quot;",
            "content_url": url,
            "copyright_stat": stat,
            "author": "甲",
            "del_flag": 1,
        }

    others = [item(2, 101), item(3, 201)]
    about = {"id": 1000000001, "type": 49, "datetime": time, "fakeid": NUMBER, "status": 2, "content": ""} | changes
    return {
        "comm_msg_info": about,
        "app_msg_ext_info": item(1, 11) | {"is_multi": 1, "multi_app_msg_item_list": others},
    }


def history(*messages: dict[str, Any], **changes: object) -> str:
    body = {"ret": 0, "errmsg": "ok", "msg_count": len(messages), "can_msg_continue": 1}
    return json.dumps(body | {"general_msg_list": json.dumps({"list": messages})} | changes)
