"""Grafana dashboards as code: `python -m monitoring.dashboards` writes the JSON beside it, `--check` tells drift."""
