"""What the words around a hit tell: is it officials acting against something, or somebody selling it?"""

import re

_SENTENCE_END = re.compile(r"[。！？!?；;\n\r]")
_FARTHEST = 80

_GOVERNANCE = re.compile(
    r"打击|打掉|打赢|查处|查获|查办|查封|查扣|查缉|整治|整顿|治理|防范|防止|防治|防控|防治|预防|谨防|"
    r"严防|警惕|当心|小心|提醒|警示|预警|"
    r"禁止|严禁|禁毒|禁赌|禁令|不得|不准|抓获|破获|侦破|侦办|侦查|捣毁|摧毁|铲除|惩治|惩处|惩戒|严惩|"
    r"严打|从严|取缔|收缴|没收|缴获|销毁|"
    r"举报|投诉|揭露|揭穿|曝光|抵制|拒绝|远离|反对|杜绝|遏制|遏止|根除|消除|清理|清查|排查|监管|监测|"
    r"监督|执法|稽查|巡查|"
    r"公安|民警|干警|警方|警察|警情|特警|缉毒|缉私|海关|海警|检察|法院|法官|司法|法治|法律|法规|普法|"
    r"条例|修法|修订|草案|公约|条约|议定书|"
    r"判处|判决|被判|定罪|谎称|冒充|检方|调查|追溯|判刑|获刑|有期徒刑|量刑|追究|问责|移送|移交|起诉|公诉|"
    r"庭审|被告|受审|嫌疑|嫌犯|犯罪|罪犯|罪名|违法|违规|违纪|非法|涉嫌|涉案|"
    r"案件|案例|大案|要案|专案|案值|逮捕|被捕|落网|拘留|刑拘|刑事|通缉|立案|处罚|罚款|罚金|黑名单|失信|"
    r"反诈|反洗钱|反走私|反腐|扫黑|扫黄|打非|打私|打假|戒毒|缉枪|治爆|受害|被害|被骗|受骗|上当|骗局|被逼|"
    r"被迫|"
    r"专项行动|专项斗争|斗争|平安|治安|维权|消费者权益|知识产权|危害|隐患|风险|毒瘤|猖獗|泛滥|制裁|谴责|"
    r"指责|恐怖|极端|袭击|战争|冲突|"
    r"报道|记者|新闻|据悉|声明|发言人|白皮书|宣传|科普|提示"
)

_SOLICITATION = re.compile(
    r"加(?:我|个|一下)?(?:微信|薇信|威信|徽信|v信|vx|wx|v|qq|q|企鹅|群)|"
    r"(?:微信|vx|wx|薇信|qq|扣扣|电报)号?[:：]?[a-z0-9_-]{5,}|"
    r"私聊|私我|私信我|联系我|找我|要的(?:来|加|联系|滴|私)|有意者|有需要的?(?:加|联系|私|请)|非诚勿扰|"
    r"诚信(?:办理|经营|合作)|"
    r"出售|售卖|批发|代购|代办|代开|代孕|代写|包过|包邮|包教|货到付款|免费试玩|注册(?:即|就)?送|首充|"
    r"下注|开户送|返水|返利|"
    r"日赚|日结|稳赚|月入|秒到账|秒下款|当天放款|无抵押|无需抵押|低价|特价|优惠|原装正品|上门服务|"
    r"全套服务|24小时服务|点击(?:链接|进入|注册)"
)


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence (of folded text) that holds a hit, at most 80 code points to either side."""
    first, last = max(0, start - _FARTHEST), min(len(text), end + _FARTHEST)
    before = [match.end() for match in _SENTENCE_END.finditer(text, first, start)]
    after = _SENTENCE_END.search(text, end, last)
    return text[before[-1] if before else first : after.start() if after else last]


def is_governance(sentence: str) -> bool:
    """True when officials act against the matter, warn of it, or news tells of it: that accuses nobody."""
    return _GOVERNANCE.search(sentence) is not None


def is_solicitation(sentence: str) -> bool:
    """True when somebody offers it, or asks to be contacted."""
    return _SOLICITATION.search(sentence) is not None
