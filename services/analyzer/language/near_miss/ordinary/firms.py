"""Names of firms: what begins a clause before 集团 or 公司 may be written with any characters (竑观资产合伙人)."""

from services.analyzer.language.near_miss.forms import Kind
from services.analyzer.language.near_miss.miss import Miss

_LONGEST_NAME, _REACH = 3, 14
_FIRMS = (
    *(
        "公司",
        "集团",
        "资产",
        "资本",
        "证券",
        "基金",
        "投资",
        "科技",
        "实业",
        "工贸",
        "商贸",
        "贸易",
        "传媒",
        "置业",
        "控股",
    ),
    *("药业", "酒业", "餐饮", "医药", "合伙", "商行", "经营部", "创始人", "董事长", "总裁", "CEO"),
)
_FUNDED = ("轮融资", "A轮", "B轮", "天使轮", "领投", "跟投", "战略投资", "控股子公司")


def may_name_a_firm(miss: Miss, text: str) -> bool:
    """Whether a short word begins a clause, or follows a place or a mark, and a firm is spoken of right behind it."""
    if miss.kind is not Kind.WORD or miss.end - miss.start > _LONGEST_NAME:
        return False
    behind = text[miss.end : miss.end + _REACH]
    begins = miss.start == 0 or not "一" <= text[miss.start - 1] <= "鿿" or text[miss.start - 1] in "省市县区"
    return any(deal in behind for deal in _FUNDED) or (begins and any(firm in behind for firm in _FIRMS))
