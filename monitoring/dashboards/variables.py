"""What the viewer chooses above a dashboard. Names come from the data, so that a new platform needs no edit."""

from collections.abc import Mapping

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model

from monitoring.dashboards.queries import PROMETHEUS, called

Variable = build.QueryVariable | build.DatasourceVariable | build.TextBoxVariable

ALL = model.VariableOption(selected=True, text=["All"], value=["$__all"])


def prometheus() -> build.DatasourceVariable:
    return _source("prometheus", "指标数据源", "prometheus", "xunjian-prometheus")


def postgres() -> build.DatasourceVariable:
    return _source("postgres", "明细数据源", "grafana-postgresql-datasource", "xunjian-postgres")


def _source(name: str, label: str, kind: str, uid: str) -> build.DatasourceVariable:
    """The one we provision, or another of its kind where there is none of that uid."""
    ours = model.VariableOption(selected=True, text=uid, value=uid)
    return build.DatasourceVariable(name).label(label).type(kind).current(ours)


def manual() -> build.TextBoxVariable:
    """Grafana does not know where an office keeps its papers."""
    words = "docs/监控.md 在本单位的网址；填了以后，各图标题旁的链接直接打开处理办法那一节"
    return (
        build.TextBoxVariable("manual")
        .label("手册网址")
        .description(words)
        .default_value("")
        .current(model.VariableOption(text="", value=""))
    )


def chosen(name: str, label: str, expression: str, words: Mapping[str, str] | None = None) -> build.QueryVariable:
    """Several, or all of the values that the label `name` of `expression` has; shown as `words` calls them."""
    one = _several(name).label(label)
    if words is None:
        return one.query(_query(f"label_values({expression}, {name})"))
    named = called(f"group by ({name}) ({expression})", name, words)
    regex = f'/called="(?<text>[^"]+)".*{name}="(?<value>[^"]+)"/'
    return one.query(_query(f"query_result({named})")).regex(regex).sort(model.VariableSort.DISABLED)


def every(name: str, label: str, expression: str) -> build.QueryVariable:
    """All values that the label `label` has, whatever is chosen elsewhere."""
    hidden = _several(name).hide(model.VariableHide.HIDE_VARIABLE)
    return hidden.query(_query(f"label_values({expression}, {label})"))


def _several(name: str) -> build.QueryVariable:
    several = build.QueryVariable(name).datasource(PROMETHEUS).multi(True).include_all(True).current(ALL)
    return several.refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(model.VariableSort.ALPHABETICAL_ASC)


def _query(text: str) -> dict[str, object]:
    kind = 3 if text.startswith("query_result") else 1
    return {"qryType": kind, "query": text, "refId": "PrometheusVariableQueryEditor-VariableQuery"}
