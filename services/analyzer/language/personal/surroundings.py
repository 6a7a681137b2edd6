"""What the words round a number tell: what it is called, whose it is, and why it was published."""

import functools
import re

from services.analyzer.language.personal.names import is_addressed, is_name

_SENT = (
    r"订单|运单|快递|单号|流水|交易号|票号|序列|货号|条码|条形码|批号|信用代码|项目代码|版本|网址|http|"
    r"order|tracking|serial|invoice|waybill"
)
_COUNTED = (
    r"(?<!证)(?<!证件)(?<!学籍)编号|编码|案号|文号|登记号|许可证|备案|受理号|合同|税号|纳税人|发票|代码|isbn|学号|工号|考号|"
    r"准考证|qq(?!\.)|群(?!众)|型号|车架号|发动机号|会员号|验证码|邀请码|build|version"
)
_PERSONAL = r"身份证|公民身份|身份号|证件|手机|电话|卡号|银行卡|信用卡|护照|通行证|tel|mobile|phone|邮箱|学籍|残疾人?证"
_LABELS = re.compile(rf"(?P<sent>{_SENT})|(?P<counted>{_COUNTED})|{_PERSONAL}")
_CLAUSE = re.compile(r"[，,。；;、\n\r\t|｜]|(?<=[0-9])[ ]")
QUANTITY = re.compile(
    r"\s{0,2}(?:元|人(?![员民名])|吨|个(?!人)|万|亿|户(?![主名籍])|次|件|头|亩|%|名(?![称字下])|例|平方|公里|千瓦|美元)"
)
"""13800001234人: a count, no telephone."""


OFFICE = re.compile(
    r"值班|值守|办公|咨询|监督|举报(?!人)|热线|客服|联系人|负责人|主任|科长|局长|所长|站长|队长|书记|支书|村长|镇长|校长|院长|"
    r"河长|湖长|林长|田长|路长|楼长|网格|民警|辅警|警官|法官|检察官|律师|记者|老师|招生|报名(?!名单|人员|者|表|信息|学生|考生|情况)|招聘|预约|救援|抢险|采购|"
    r"订购|订座|购买|招租|招商|租赁|合作|经理|店长|客户|请联系|请拨打|可拨打|致电|欢迎来电|来电(?!反映)|投诉(?!人)|责任人|包保|"
    r"联络员|管理员|公示牌|投稿|征集|征稿|意见箱|发送至|发送到|发至|寄至|爱心人士|认领|寻人|寻亲|走失|线索|"
    r"联系(?!电话|方式|号码|手机|地址|邮箱)|工作人员|志愿者|专干|干部|经办人|承办人|代表人|专员|接待|异议|"
    r"滞销|采摘|品尝|种植|养殖|果农|菜农|出租|求租|转让|出售|供应|供货|批发|代购|师傅|导游|领队|编辑|责编|审核|校对|供稿|通讯员|发布人"
)
"""Somebody who wants to be called: on duty, responsible, selling, collecting."""

DUTY = re.compile(
    r"值班|值守|通讯录|联系人|联络员|联系表|河长|湖长|林长|田长|路长|网格|包保|责任人|负责人|公示牌|热线|咨询|职务|防汛|"
    r"应急|网点|服务点|门店|经理|主任|书记|所长|站长|民警|律师|志愿者|工作人员|调解员|救援|干部|专员|代办员|专干|科室|部门|窗口|辖区|分工|责任区|点位|包联|驻村|帮扶"
)
"""Head of a list of people who are there to be called; its rows need not say so again."""

_PRIVATE = (
    r"患者|病人|确诊|密接|低保户?|(?:低保|补贴|补助|优抚|优待|保障|发放|帮扶|救助|资助|奖励|慰问|监测|享受|申请)对象|"
    r"(?:高龄|独居|孤寡|失能|空巢|残疾)老人|烈属|军属|退[役伍]军人|农户|监护人|伤者|死者|被害人|受害人|参保人|投保人|产妇|学员|"
    r"(?:录用|聘用|录取|入围|获奖|中奖|获补)(?:人员?|者)|特困(?:人员|户|对象)?|五保户?|脱贫户|贫困户|困难(?:户|家庭|职工|群众|学生)|户主|"
    r"残疾人|孤儿|学生|考生|家长|申请人|受助人?|受益人|失主|当事人|被告人?|原告|被执行人|本人|家属|"
    r"收件人|身份证|公民身份|住址|家庭地址|家住|姓名|持卡人|领款人|报案人|来信人|信访人|业主|租户|租客|纳税人|获奖者"
)
PRIVATE_PERSON = re.compile(_PRIVATE)
"""Patients, families on benefit, pupils, parties to a case."""

PRIVATELY_CALLED = re.compile(
    rf"(?:{_PRIVATE})[^，,。；;！!？?\n]{{0,8}}\Z|(?:身份证|公民身份)[^，,。；;\n]{{0,8}}[0-9x*]{{15,20}}"
)
"""家长电话 right before the number, or an identity number that it goes with."""

_PRIVATE_NAMED = re.compile(rf"(?:{_PRIVATE}){{1,3}}(?:姓名)?[:：是为]?\s{{0,2}}([一-鿿·×xX*＊]{{2,5}})")
_BEHIND_NAME = re.compile(r"的?(?:手机|电话|家住|现住|住|身份证|$)")

CARD = re.compile(r"卡\s?号|银行卡|信用卡|储蓄卡|借记卡|工资卡|一卡通")
"""What a card number is called."""

ACCOUNT = re.compile(r"账\s?号|帐\s?号|账户|帐户")
"""A bank account, but also a website's user."""

ID = re.compile(r"身份证|公民身份|身份号|证件号")
"""What an identity number is called."""

TRAVEL = re.compile(r"护照|通行证|旅行证|台胞证|回乡证|证件号")
"""What passports and permits are called."""

SPECIAL_REGION = re.compile(r"香港|澳门|特区|特别行政区|港澳")
"""Hong Kong and Macao, whose passports have letters of their own."""

PLATE = re.compile(r"车牌|牌照|号牌|车号|车辆")
"""What a number plate is called."""

UNIT_ACCOUNT = re.compile(
    r"捐|慈善|红十字|基金|对公|财政|专户|收款单位|保证金|缴款|公司|协会|合作社|工会|商会|村委会|居委会|人民政府|国库|"
    r"(?:户名|开户名|账户名称?|单位名称)[:：]\s?[^\s，,；;。]{2,30}(?:会|局|院|校|学|园|中心|司|社|政府|委|办|处|所|厂|站|部|队|店)"
)
"""An organisation's account, printed so that people pay into it."""

OPENED = re.compile(r"开户|户名")
"""Whose the account is, the name behind these words tells."""

_NOTICE = re.compile(
    r"通缉|悬赏|协查通报|公告送达|送达公告|失信被执行人|限制消费|限制高消费|寻人启事|寻亲|认尸|执行公告|开庭公告"
)
_OPEN_CALL = re.compile(r"寻人启事|寻亲|寻狗|寻物|失物招领|招领|寻找.{0,10}走失|走失老人|走失儿童")

LIVES = re.compile(
    r"住\s?址|家庭地址|现住|家住|住在|居住(?:地|在|于|[:：])|租住|暂住|(?:^|[，,、；;：:（(\s。）)某岁人者男女])住(?!院|房|建|宿|户|所|持|宅|训)"
)
"""Somebody lives there."""

PROPERTY = re.compile(
    r"位于|坐落|座落|房产|不动产|产权|房屋|拍卖|拆迁|征收|门店|营业|服务中心|办公|酒店|楼盘|售楼|首付|建面|受理|开业|底商|商铺"
)
"""A house that is sold or seized, or an office's: nobody's home."""


def is_other_number(text: str, start: int, *, proven: bool = False) -> bool:
    """True when the clause before the number names something else: an order, a document, a chat group.

    `proven`: the number holds an identity number, which is one under 编号 and 税号 too, though not as 订单号.
    """
    clause = _CLAUSE.split(text[max(0, start - 16) : start])[-1]
    labels = list(_LABELS.finditer(clause))
    return bool(labels) and labels[-1].lastgroup in (("sent",) if proven else ("sent", "counted"))


def private_persons_named(text: str) -> list[int]:
    """Where the names begin that stand right behind what their bearers are: 低保户张某某."""
    return [match.start(1) for match in _PRIVATE_NAMED.finditer(text) if _begins_with_name(match[1])]


def _begins_with_name(words: str) -> bool:
    return any(
        is_addressed(words[:length]) or (is_name(words[:length]) and _BEHIND_NAME.match(words, length) is not None)
        for length in range(2, len(words) + 1)
    )


@functools.lru_cache(maxsize=16)
def is_notice(text: str) -> bool:
    """Wanted and court notices name people by law; a person has to look."""
    return _NOTICE.search(text) is not None


@functools.lru_cache(maxsize=16)
def is_open_call(text: str) -> bool:
    """A missing person's family wants to be called."""
    return _OPEN_CALL.search(text) is not None
