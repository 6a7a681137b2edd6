"""Idioms, unmistakable words and words in place of others that sound the same; what may be meant is left alone."""

import csv

import pytest

from services.analyzer.language.usage.usage import RIGHT_FORMS, lines, usage
from services.analyzer.objection import Hit
from services.analyzer.rules.wrong_expression import WrongExpression

_IDIOMS = {
    "景区门口的游客络绎不决。": "景区门口的游客络绎不绝。",
    "各村因地治宜发展特色产业。": "各村因地制宜发展特色产业。",
    "我校代表队在比赛中名列前矛。": "我校代表队在比赛中名列前茅。",
    "演出形式喜闻乐建，群众赞不绝口。": "演出形式喜闻乐见，群众赞不绝口。",
    "检查不能走马观化、流于形式。": "检查不能走马观花、流于形式。",
    "志愿者们齐心歇力清理河道垃圾": "志愿者们齐心协力清理河道垃圾",
    "他几十年如一日，任劳任愿。": "他几十年如一日，任劳任怨。",
}
_UNMISTAKABLE = {
    "突燃下起大雨，工作人员迅速转移群众。": "突然下起大雨，工作人员迅速转移群众。",
    "问题得到彻抵解决。": "问题得到彻底解决。",
    "他毕境年纪大了。": "他毕竟年纪大了。",
    "群众的担优逐一化解": "群众的担忧逐一化解",
    "大家心情非尝激动": "大家心情非常激动",
    "孩子们倍受鼓历。": "孩子们倍受鼓励。",
}
_IN_PLACE = {
    "办事群众不在需要来回跑路。": "办事群众不再需要来回跑路。",
    "千万别在相信这种广告了。": "千万别再相信这种广告了。",
    "该路段以于6月10日恢复通行。": "该路段已于6月10日恢复通行。",
    "犯罪嫌疑人以被抓获。": "犯罪嫌疑人已被抓获。",
    "全市以进入主汛期": "全市已进入主汛期",
    "防汛工作以进入关键阶段": "防汛工作已进入关键阶段",
    "乡亲们激动不以。": "乡亲们激动不已。",
    "在座的干部值的学习": "在座的干部值得学习",
    "活动取的圆满成功": "活动取得圆满成功",
    "事故调查组在次强调安全生产责任": "事故调查组再次强调安全生产责任",
    "新车站正再建设": "新车站正在建设",
    "场面另人感动": "场面令人感动",
    "请向行人付责任": "请向行人负责任",
    "申请人末按规定提交材料": "申请人未按规定提交材料",
    "材料不全的，不以受理": "材料不全的，不予受理",
    "水库坐落与县城北部": "水库坐落于县城北部",
    "高速公路上行使速度不得过快": "高速公路上行驶速度不得过快",
    "我区组建一只志愿者队伍": "我区组建一支志愿者队伍",
    "他就象亲人一样照顾老人": "他就像亲人一样照顾老人",
    "校友像母校致敬": "校友向母校致敬",
    "灾后第一批帐篷以全部到位": "灾后第一批帐篷已全部到位",
    "新大桥以正式通车": "新大桥已正式通车",
    "首批专家以陆续抵达灾区": "首批专家已陆续抵达灾区",
    "嫌疑人以依法刑拘": "嫌疑人已依法刑拘",
    "我市羽毛球队在获佳绩": "我市羽毛球队再获佳绩",
    "这样下去不行，改天在聊": "这样下去不行，改天再聊",
    "市民不必在排队": "市民不必再排队",
    "父亲以是满头白发": "父亲已是满头白发",
    "气像局发布高温橙色预警": "气象局发布高温橙色预警",
    "医院新购彩色超升波诊断仪": "医院新购彩色超声波诊断仪",
    "张某因醉驾被追究行事责任": "张某因醉驾被追究刑事责任",
}
_RIGHT = (
    "行政许可不在受理范围内的，应当告知申请人。",
    "不在使用期限内的药品不得销售。",
    "该项目不在办理时限之列",
    "可以于10个工作日内提出申诉。",
    "所得价款予以没收，难以于当日追缴。",
    "以被告人名义提起上诉，以被保险人为受益人。",
    "对逾期不缴的，可以被加处罚款。",
    "实现再就业，体现再分配的公平，现在次日可达。",
    "双方支付责任明确，应付责任保险费。",
    "他打开眼界，牟取私利者受罚。",
    "拒不接收残疾学生入学的，责令改正。",
    "《声临其境》昨晚播出，“粽”享端午。",
    "建账立制，规范收支。",
    "不知不觉的变化，改变的更多。",
    "解决对策不足的问题，判决对双方有效。",
    "各界人大代表，世界运动会，三界新村。",
    "大赛将与今年的文化节同期举办，成绩已与去年持平。",
    "贫穷落后与愚昧，毕业与就业，隶属与管理关系，局限与不足。",
    "事发时其并不在执行公务，也不在重要岗位。",
    "清末发生，明末发现，本世纪末能够实现。",
    "保险公司承担赔付责任，垫付责任不变。",
    "依法行使证据收集权。",
    "以完成30项民生实事为目标，不以“罚款”代替管理，以退休、离职等理由推脱。",
    "这一幕令一位老人感动，他终于凑够房款。",
    "以依法行政促发展，在创新高质量发展模式上下功夫，从新启动的项目看。",
    "他就向一个路人求助，你在也不能解决。",
    "双方将与10家企业签约，已与三地合作。",
    "以不以处罚为目的的柔性执法。",
    "年末收到款项，期末通过考核。",
    "依法行使权利，行使职权。",
    "关键不在说多少，而在做得怎么样。",
    "完善机制，以在全国推广，以从源头上解决问题，以顺利完成全年任务。",
    "赛事不再于三月举办。",
    "请勿别在用餐高峰时段聚集。",
    "他从二副晋升大副提升了待遇。",
    "留学生在美也能远程投票。",
    "教练荣获的冠军奖杯，自主考取的新证书。",
    "本法另有规定的除外，第三期线下展开展。",
    "债权人以不能清偿到期债务为由申请破产。",
    "学校以在校学生为主体，以从事教育工作的教师为骨干。",
    "现场以有奖问答的形式普及法律，所以是一次好课。",
    "让学生有机会在来自各国的专家面前展示。",
    "各级干部要勠力同心，一路领鲜。",
    "可存取的数据，超过道路限载标准。",
    "欧尔班总理访华，庆尚南道进入灾难状态。",
    "来自物业共用设施设备的收益归业主所有。",
    "深学细悟，众志成城，久久为功。",
)


def _hits(text: str) -> list[Hit]:
    return list(WrongExpression().check_text(text))


def _mended(text: str) -> str:
    for hit in reversed(_hits(text)):
        assert hit.severity.accuses
        if hit.suggestion is not None:
            text = text[: hit.start] + hit.suggestion + text[hit.end :]
    return text


@pytest.mark.parametrize(("written", "right"), [*_IDIOMS.items(), *_UNMISTAKABLE.items(), *_IN_PLACE.items()])
def test_a_word_that_sounds_as_the_right_one_is_mended(written: str, right: str) -> None:
    assert _mended(written) == right


@pytest.mark.parametrize("text", _RIGHT)
def test_what_may_be_meant_is_left_alone(text: str) -> None:
    assert not _hits(text)


def test_it_is_told_how_the_two_characters_are_alike() -> None:
    (hit,) = _hits("景区门口的游客络绎不决。")
    assert hit.text == "络绎不决"
    assert hit.advice is not None
    assert "“绝”写成“决”" in hit.advice
    assert "音同" in hit.advice


def test_each_slip_is_one_character_of_the_right_word_and_told_once() -> None:
    with (RIGHT_FORMS / "slips.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["written"] for row in rows}) == len(rows)
    for row in rows:
        differing = [one != other for one, other in zip(row["written"], row["right"], strict=True)]
        assert sum(differing) == 1, row["written"]


def test_unmistakable_words_are_words_that_everybody_uses() -> None:
    words = [word for line in lines(RIGHT_FORMS / "unmistakable.txt") for word in line.split()]
    assert len(words) == len({*words})
    assert all(len(word) == 2 and usage().weights[word] >= -14.0 for word in words)
