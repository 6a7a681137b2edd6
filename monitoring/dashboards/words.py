"""What label values are called on the dashboards: name to Chinese. What is not among them is shown as it is."""

from services.reporter.wording import RULES, SEVERITIES
from shared.account import PLATFORM_NAMES
from shared.events import Outcome
from shared.state import State

PLATFORMS = PLATFORM_NAMES
STATES = {str(state): state.words for state in State}
OUTCOMES = {str(outcome): outcome.words for outcome in Outcome}
SERVICES = {"collector": "采集", "analyzer": "分析", "alerter": "告警", "reporter": "报表"}
RULE_NAMES = RULES
SEVERITY_NAMES = {str(severity): words for severity, words in SEVERITIES.items()}
