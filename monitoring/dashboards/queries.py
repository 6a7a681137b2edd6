"""What panels ask: PromQL of the Prometheus and SQL of the PostgreSQL that the viewer chose above the dashboard."""

from collections.abc import Mapping

from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.runtime import UnknownDataquery
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${prometheus}")
POSTGRES = DataSourceRef(type_val="grafana-postgresql-datasource", uid="${postgres}")

Query = Builder[Dataquery]


def over_time(expression: str, legend: str = "__auto", ref_id: str = "A") -> prometheus.Dataquery:
    return _asked(expression, legend, ref_id).range()


def now(expression: str, legend: str = "__auto", ref_id: str = "A") -> prometheus.Dataquery:
    return _asked(expression, legend, ref_id).instant()


def buckets(expression: str) -> prometheus.Dataquery:
    """Of a histogram, summed by `le`: for heat maps."""
    return over_time(expression, "{{le}}").format(PromQueryFormat.HEATMAP)


def labels_now(expression: str, ref_id: str = "A") -> prometheus.Dataquery:
    """One row for each series, its labels as columns."""
    return now(expression, "", ref_id).format(PromQueryFormat.TABLE)


def _asked(expression: str, legend: str, ref_id: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(ref_id).datasource(PROMETHEUS)


def called(expression: str, label: str, words: Mapping[str, str]) -> str:
    """With one more label, `called`: what `label` is called, or itself where it has no other name."""
    named = f'label_replace({expression}, "called", "$1", "{label}", "(.+)")'
    for value, word in words.items():
        named = f'label_replace({named}, "called", "{word}", "{label}", "{value}")'
    return named


class Sql(Builder[Dataquery]):
    """The SDK has no builder for PostgreSQL; these are the fields that Grafana 11 saves."""

    def __init__(self, statement: str) -> None:
        self._statement = statement

    def build(self) -> Dataquery:
        return UnknownDataquery(
            {
                "refId": "A",
                "datasource": POSTGRES.to_json(),
                "editorMode": "code",
                "format": "table",
                "rawQuery": True,
                "rawSql": self._statement,
            }
        )
