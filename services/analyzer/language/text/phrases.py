"""Some thousands of phrases looked for in one text at a fraction of the cost of an automaton.

Each is known by the rarest of its pairs of characters. One array operation tells where the text has such a pair; only
there the phrase itself is compared. An automaton reads every byte of the text through tables of megabytes instead,
which the tables of the next rule drive out of the processor's cache.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from services.analyzer.language.text.glance import NUMBER_BITS, code_points, glance, pair_numbers

_COMMON = (
    "的人条第行法定十应当和规以管民有者理政业或关会部用务设门国一保工市二机公事员作三其建生不本处区主责对在制物地经施合等为位单可上动安产及府依全发五护出照下由构四监资中"
    "权并通内证实方他进提所期院议时级水自任查家委信要得按违体品大同报组服营成交款年准检情共划重文职收件城审开督罚立日表织案县六使境场代计分请化标告向相据利备项社防外改办"
    "企未取调程活性元七予律与例执展险决明申农加金道供反运八受息采列技后个限过治具专负商正百求九接范入批质之域育常度车电源环能书于刑指害费协解确止术统省意造学量况特置前持万"
)
"""The most frequent characters of statutes, in order; all others are rarer."""

_COMMON_PAIRS = (
    "根据措施责令教育登记卫生污染符合许可项目给予需要加强医疗诉讼保障范围中华履行建筑华人严重经济意见食品土地方式犯罪日起承担直接支持从事学校生态情形鼓励鉴定公司财产运输事故旅游适用投资科学义务材料情节检验禁止城乡委托赔偿维护应急"
    "公布内容道路财政房屋程序各级影响司法编制销售罪的劳动控制燃气农村权益书面任何指导综合追究通知监测资料预算次会促进实际排放车辆培训约定损害参加徒刑期徒研究自然围内重点船舶发现居民擅自态环非法是指结合必须强制令改裁定损失森林筑物"
    "节严检察关系千元能力必要健全银行期间法追做好知识电梯没收纳入停止评估志愿形之村民认定利益交易究刑数据问题成犯超过精神时间手续参与健康原则政策系统完善科技变更金融标志记录选举宣传集体当将判决民族合格届人绿化包括创新提高强对结果"
    "调整当根街道起诉修改的原纠纷镇人举报支付遵守国际住房特别属于有效涉及资格领导没有转让基金残疾历史事诉说明辖市宗教房地令限安排消防告知何单野生协助被告垃圾危险发布基本检测逾期各自团体体系基础法给令停主义讼法驾驶危害价格大气形式"
    "乡建立健担保推进目的直辖出口仲裁货物平台不符染物除外所称审判电子预防落实最高是否广告检疫数额起施立即现场河道拒不倍以撤销疗机出租网络愿服一次察院慈善已经评价提起抵押乡规特种染防当符失的方面解释为了特殊管线公众投诉饮用人才拒绝"
    "集中乡镇奖励破坏个月当遵他直疾人临时飞行征收乡村承包矿产农药种设废物采购补偿水平计算收集气象送达风景维修推广名称人身急救高等恐怖收到航空主席考核配合吊销债务益的统筹改革风险债权药品公路城镇格的中小管辖遗产出版人口审核海洋拆除"
    "双方数量合伙推动的除复议验收侵权新建境卫一千档案消费气污传染住宅警告高人的财注册总体功能海关股东引导继续恢复疗保确认染病招标戒毒缴纳秩序移动严格另有争议签订百零景区居住价值完成患者公益联合济和伪造公示安装防火军事领域偿责然资"
    "空间烟花认为状况养老林业花爆爆竹"
)
"""The most frequent pairs of statutes that hold a rarer character, one after the other."""

_RANK = {character: rank for rank, character in enumerate(_COMMON)}
_PAIR = 2
_AVOIDED = frozenset(_COMMON_PAIRS[at : at + _PAIR] for at in range(0, len(_COMMON_PAIRS), _PAIR))
_ROOM = 7
"""The table has 2 ** 7 places for each phrase: of 100 pairs less than one is looked at in vain."""


class Occurrence(NamedTuple):
    """`number`: of the phrase, as given. `start` and `end`: code points of the text."""

    number: int
    start: int
    end: int


class Phrases:
    """Built once; thread-safe. Empty phrases are never found."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._single = [(index, phrase) for index, phrase in enumerate(phrases) if len(phrase) == 1]
        anchored = defaultdict(list)
        for index, phrase in enumerate(phrases):
            if len(phrase) >= _PAIR:
                at = _rarest(phrase)
                anchored[phrase[at : at + _PAIR]].append((index, phrase, at, len(phrase)))
        self._anchored = dict(anchored)
        self._shift = NUMBER_BITS - (len(anchored).bit_length() + _ROOM)
        self._marks = np.zeros(1 << (NUMBER_BITS - self._shift), dtype=bool)
        codes = code_points("".join(anchored)).reshape(-1, _PAIR)
        self._marks[pair_numbers(codes[:, 0], codes[:, 1]) >> self._shift] = True

    def find(self, text: str) -> list[Occurrence]:
        """Every place of every phrase, those that overlap included; in the order of the text, the longest first."""
        anchored, found = self._anchored, []
        for place in self._marks.take(glance(text).pairs >> self._shift).nonzero()[0].tolist():
            for index, phrase, at, length in anchored.get(text[place : place + _PAIR], ()):
                start = place - at
                if start >= 0 and text.startswith(phrase, start):
                    found.append(Occurrence(index, start, start + length))
        for index, phrase in self._single:
            found += _places(text, index, phrase)
        return sorted(found, key=_in_order) if len(found) > 1 else found


def _in_order(found: Occurrence) -> tuple[int, int]:
    return found.start, -found.end


def _places(text: str, index: int, character: str) -> Iterator[Occurrence]:
    place = text.find(character)
    while place >= 0:
        yield Occurrence(index, place, place + 1)
        place = text.find(character, place + 1)


def _rarest(phrase: str) -> int:
    ranks = [_RANK.get(character, len(_COMMON)) for character in phrase]
    return max(
        range(len(phrase) - 1), key=lambda at: (phrase[at : at + _PAIR] not in _AVOIDED, ranks[at] + ranks[at + 1])
    )
