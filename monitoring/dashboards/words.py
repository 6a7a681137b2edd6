"""What label values are called on the dashboards: name to Chinese. What is not among them is shown as it is."""

from services.reporter.wording import RULES, SEVERITIES
from shared.account import PLATFORM_NAMES
from shared.events import Outcome
from shared.state import State

PLATFORMS = PLATFORM_NAMES
STATES = {str(state): state.words for state in State}
OUTCOMES = {str(outcome): outcome.words for outcome in Outcome}
SERVICES = {"collector": "采集", "analyzer": "分析", "alerter": "告警", "reporter": "报表"}
LOOPS = {**SERVICES, "first_lists": "首份清单", "screen": "屏幕显示"}
"""What one process that runs them all has besides."""
RULE_NAMES = RULES
SEVERITY_NAMES = {str(severity): words for severity, words in SEVERITIES.items()}
PARTS = {"database": "数据库", "broker": "消息队列"}
DUTIES = {"visit": "核查账号", "tick": "检查时限"}
LEASES = {"timer": "检查时限的值班"}
GROUPS = {"analyzer": "分析", "alerter": "告警"}
TOPICS = {"observations": "采集到的内容", "findings": "发现的问题"}
RESULTS = {"sent": "已送达", "retry": "待重试", "dead": "已放弃", "muted": "静默中未发"}
REASONS = {"unreachable": "连不上", "busy": "对方繁忙或限流", "settings": "设置有误", "message": "内容不被接受"}
KEPT = {"dead": "已放弃", "unrouted": "没有接收方"}
REPORTS = {"weekly": "每周清单"}
HOOKS = {"kept": "已转发", "duplicate": "重复的", "refused": "已拒绝", "failed": "未记下"}
