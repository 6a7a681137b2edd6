"""The page that explains an exhibit to somebody without this program. Everything in it is escaped; it loads nothing."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape

from services.reporter.wording import SEVERITIES, indicator
from shared.account import PLATFORM_NAMES
from shared.clock import chinese_time
from shared.events import Finding
from shared.evidence.entry import Head, ItemKind
from shared.session_life import as_whom
from xunjian.exhibits.gathered import Gathered, Shown

_STYLE = (
    "body{font-family:sans-serif;max-width:60em;margin:2em auto;line-height:1.6}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #999;padding:.3em .6em;text-align:left;vertical-align:top;word-break:break-all}"
    "th{width:9em;background:#f2f2f2}img{max-width:100%;border:1px solid #999}"
    "pre{white-space:pre-wrap;word-break:break-all}"
)
_KINDS = {ItemKind.MANIFEST: "查看记录", ItemKind.CAPTURE: "原始内容", ItemKind.PICTURE: "截图"}
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_BY_HAND = """# 在本文件夹里执行（Linux、macOS 自带；Windows 可用 WSL 或 Git Bash）
sha256sum -c SHA256SUMS                # 每个文件都应显示 OK
# 登记簿：每一行的 SHA-256 就是下一行里的 previous，最后一行的就是下面写的簿尾
while IFS= read -r line; do printf '%s\\n' "$line" | sha256sum; done < log.txt"""


def page(
    gathered: Gathered,
    files: Mapping[str, str],
    pictures: Mapping[str, bytes],
    head: Head,
    faults: Sequence[str] = (),
) -> str:
    """`files`: name by SHA-256. `pictures`: by SHA-256. `head`: of the log as it was written to log.txt. `faults`: what
    is wrong with that log."""
    parts = [_finding(gathered.finding, gathered.first_seen)] if gathered.finding else []
    for place, shown in enumerate(gathered.looks, 1):
        parts += [f"<h2>第{place}次查看</h2>", _look(shown, files, pictures)]
    if gathered.without_picture:
        parts.append(f"<p>没有的截图：{escape('；'.join(gathered.without_picture))}。</p>")
    if faults:
        parts.append(f"<p>登记簿有问题：{escape('；'.join(faults))}。</p>")
    if not gathered.looks:
        parts.append("<p>这个问题没有引用保存下来的网页内容。</p>")
    title = escape(f"证据说明 {gathered.number}")
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}"><style>{_STYLE}</style></head>'
        f"<body><h1>{title}</h1><p>时间均为北京时间。</p>{''.join(parts)}"
        f"<h2>怎样不用本程序核对</h2><pre>{escape(_BY_HAND)}</pre>"
        f"{_table([('登记簿簿尾', str(head))])}</body></html>\n"
    )


def _finding(finding: Finding, first_seen: Mapping[str, datetime]) -> str:
    rows = [
        ("问题", finding.sentence),
        ("平台和账号", f"{PLATFORM_NAMES.get(finding.platform, finding.platform)} {finding.key}"),
        ("告警编号", f"{finding.number}（{finding.fingerprint}）"),
        ("规则和指标", f"{indicator(finding)}　{SEVERITIES[finding.severity]}"),
        ("依据", f"{finding.clause.document}“{finding.clause.words}”"),
        ("实测值", finding.measured),
        ("标准", finding.threshold),
        ("计算口径", finding.window),
        ("从何时起", chinese_time(finding.since) if finding.since else "—"),
        ("认定时间", chinese_time(finding.at)),
        ("规则集", finding.rulebook_version),
    ]
    for shown in finding.evidence:
        seen = first_seen.get(shown.post_id or "")
        times = [
            f"发布于{chinese_time(shown.at)}" if shown.at else None,
            f"首次监测到：{chinese_time(seen)}" if seen else None,
        ]
        said = [shown.title, shown.quote, shown.url, *times]
        rows.append(("所指内容", "　".join(word for word in said if word) or "—"))
    return f"<h2>问题</h2>{_table(rows)}"


def _look(shown: Shown, files: Mapping[str, str], pictures: Mapping[str, bytes]) -> str:
    rows = [("查看记录", f"{shown.sha256}　{files.get(shown.sha256, '')}")]
    if shown.missing:
        rows.append(("内容缺失", shown.missing))
    if look := shown.look:
        rows += [
            ("账号", f"{look.account_name}（{look.key}，{look.unit}）"),
            ("页面地址", look.url or "—"),
            ("查看时间", f"{chinese_time(look.began_at)} 至 {chinese_time(look.at)}"),
            ("结果", f"{look.outcome.words}{'：' + look.reason if look.reason else ''}"),
            ("登录状态", as_whom(look.session)),
            ("截图", files.get(look.picture or "", look.picture_note or "没有截图，原因没有记下")),
            ("程序版本", look.program or "—"),
        ]
        rows += [
            ("原始内容", f"{files.get(one.sha256, '缺失')}　{one.url or ''}　{chinese_time(one.at)}　{one.sha256}")
            for one in look.captures
        ]
    if entry := shown.entry:
        rows += [
            ("登记", f"第{entry.n}条，{chinese_time(entry.at)}"),
            ("前一条", entry.previous),
            ("本条", entry.hash),
        ]
        rows += [("登记的内容", f"{_KINDS[item.kind]}　{item.size}字节　{item.sha256}") for item in entry.items]
    picture = pictures.get(look.picture or "") if look else None
    return _table(rows) + (_image(picture) if picture else "")


def _image(picture: bytes) -> str:
    kind = "jpeg" if picture.startswith(b"\xff\xd8") else "webp" if picture[8:12] == b"WEBP" else "png"
    return f'<p><img alt="截图" src="data:image/{kind};base64,{base64.b64encode(picture).decode()}"></p>'


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = (f"<tr><th>{escape(name)}</th><td>{escape(words)}</td></tr>" for name, words in rows)
    return f"<table>{''.join(cells)}</table>"
