"""The tables of 主管单位看板, in SQL over the functions of monitoring/provisioning/grafana.sql."""

from typing import Any

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model

from monitoring.dashboards.colours import STATES
from monitoring.dashboards.looks import Called, override
from monitoring.dashboards.panels import rows
from monitoring.dashboards.queries import Sql
from monitoring.dashboards.words import PLATFORMS, RULE_NAMES, SEVERITY_NAMES
from monitoring.dashboards.words import STATES as STATE_WORDS
from shared.state import State

MOST_ROWS = 2000

_CHOSEN = """platform = ANY (ARRAY[${platform:sqlstring}]::text[])
    AND CASE WHEN region = ANY (ARRAY[${regions:sqlstring}]::text[]) THEN region ELSE '其他' END
        = ANY (ARRAY[${region:sqlstring}]::text[])"""
"""Arrays, which may be empty: `IN ()` is no SQL. A region that is no label of its own is among 其他 there, too."""


def _order(names: list[str]) -> str:
    quoted = ", ".join(f"'{name}'" for name in names)
    return f"ARRAY[{quoted}]"


_ACCOUNTS = f"""SELECT state AS "状态", name AS "账号名称", unit AS "主办单位", region AS "地区", platform AS "平台",
    since AS "始于", newest_post_at AS "最近发布", proved_at AS "最近核查", deadline AS "整改期限", why AS "说明",
    url AS "链接"
FROM xunjian_grafana.accounts()
WHERE {_CHOSEN}
    AND state = ANY (ARRAY[${{state:sqlstring}}]::text[])
ORDER BY array_position({_order([str(state) for state in State])}, state), since, key
LIMIT {MOST_ROWS}"""  # noqa: S608

_FINDINGS = f"""SELECT severity AS "等级", name AS "账号名称", unit AS "主办单位", region AS "地区", platform AS "平台",
    rule AS "问题类别", sentence AS "问题", since AS "首次发现", number AS "告警编号", marked AS "核实状态",
    deadline AS "整改期限", url AS "链接"
FROM xunjian_grafana.findings()
WHERE {_CHOSEN}
ORDER BY array_position({_order(list(SEVERITY_NAMES))}, severity), since, number
LIMIT {MOST_ROWS}"""  # noqa: S608


def _wide(name: str, width: int, *more: model.DynamicConfigValue) -> build.DashboardFieldConfigSourceOverrides:
    return override(name, model.DynamicConfigValue("custom.width", width), *more)


def _mapped(mapping: model.ValueMap) -> model.DynamicConfigValue:
    return model.DynamicConfigValue("mappings", [_json(mapping)])


def _json(mapping: model.ValueMap) -> dict[str, Any]:
    results = {name: result.to_json() for name, result in mapping.options.items()}
    return {"type": "value", "options": results}


_COLOURED = model.DynamicConfigValue("custom.cellOptions", {"type": "color-background", "mode": "basic"})
_WRAPPED = model.DynamicConfigValue("custom.cellOptions", {"type": "auto", "wrapText": True})
_DAY = model.DynamicConfigValue("unit", "time:YYYY-MM-DD HH:mm")
_LINK = model.DynamicConfigValue("links", [{"title": "打开", "url": "${__value.raw:raw}", "targetBlank": True}])
_SHORTENED = model.DynamicConfigValue(
    "mappings", [{"type": "regex", "options": {"pattern": "^https?://.+", "result": {"text": "打开"}}}]
)
_NO_VALUE = model.DynamicConfigValue("noValue", "—")

_PLATFORM = _wide("平台", 110, _mapped(Called(PLATFORMS).texts()))
_OPEN = _wide("链接", 70, _LINK, _SHORTENED, _NO_VALUE)
_DEADLINE = _wide("整改期限", 110, _NO_VALUE)
_WHOSE = (_wide("账号名称", 160), _wide("主办单位", 200), _wide("地区", 190))


ACCOUNTS = rows(
    "账号明细",
    f"按上面选的平台、地区、状态筛选，最严重的在前，最多{MOST_ROWS}行；点表头可再筛选。“始于”是现在这个状态从何时起；"
    "“最近发布”是看到过的最近一次，空白为没有见到；“整改期限”是在清单上填的、未了结事项中最近的一个。"
    "未能核实的，原因在“说明”里。",
    Sql(_ACCOUNTS),
    _wide("状态", 100, _mapped(Called(STATE_WORDS, STATES).mapping()), _COLOURED),
    *_WHOSE,
    _PLATFORM,
    _wide("始于", 140, _DAY),
    _wide("最近发布", 140, _DAY, _NO_VALUE),
    _wide("最近核查", 140, _DAY, _NO_VALUE),
    _DEADLINE,
    _OPEN,
    nothing="没有符合条件的账号（筛选项是空的，则是指标数据源没有应答）",
)

FINDINGS = rows(
    "未了结的问题",
    f"现在还成立的问题，按上面选的平台和地区筛选，最严重的在前，最多{MOST_ROWS}行。未能核实期间，不列该账号的超期。"
    "核实状态和整改期限取自清单（xunjian list mark）。",
    Sql(_FINDINGS),
    _wide("等级", 90, _mapped(Called(SEVERITY_NAMES).texts())),
    *_WHOSE,
    _PLATFORM,
    _wide("问题类别", 140, _mapped(Called(RULE_NAMES).texts())),
    override("问题", _WRAPPED),
    _wide("首次发现", 140, _DAY),
    _wide("告警编号", 100),
    _wide("核实状态", 90),
    _DEADLINE,
    _OPEN,
    nothing="没有未了结的问题（筛选项是空的，则是指标数据源没有应答）",
)
