"""Persons named beside a number: 张某某, 王女士, 姓名：李四, or a bare name in the cell next to it."""

import re

from services.analyzer.language.text.segmenter import tag

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈"
    "钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙史陶贺顾毛郝龚邵万覃武钱戴严莫孔向常汤温康"
    "施牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申殷詹欧耿关兰焦俞左柳甘祝包代宁符阮尚舒纪柯梅童毕单裴霍成苗曲盛冉"
    "翁骆蓝路游靳辛管柴蒙鲍华祁喻滕饶牟艾尤时穆农阳凌宗解丛岑沙仲芦诸边褚娄栗束冷娜扎次巴"
)
_SURNAME = rf"(?:欧阳|司马|上官|诸葛|东方|尉迟|皇甫|夏侯|慕容|令狐|[{_SURNAMES}])"
_SOMEBODY = r"[某×xX*＊○〇][某×xX*＊○〇甲乙丙丁一-鿿]?"
_TITLES = (
    r"先生|女士|小姐|同学|师傅|老师|医生|律师|经理|总监|店长|主任|科长|所长|站长|书记|支书|村长|镇长|局长|部长|会长|"
    r"队长|班长|主席|主管|警官|法官|院长|校长|园长|大爷|大妈|大叔|阿姨|奶奶|爷爷|老人|老汉|某"
)
_ADDRESSED = re.compile(rf"{_SURNAME}(?:{_SOMEBODY}|[一-鿿]?(?:{_TITLES}))")
_BARE = re.compile(rf"{_SURNAME}[·一-鿿]{{1,2}}|[一-鿿]{{2,6}}·[一-鿿]{{2,6}}")
_LABELLED = re.compile(
    r"(?:姓名|户主|户名|联系人|收件人|申请人|领款人|持卡人|负责人|患者|学生|家长)(?:[:：]|\s)\s?([一-鿿·]{2,4})"
)
_LABEL = re.compile(
    r"的?(?:联系|家庭|个人|本人)?(?:手机|电话|身份证|银行卡|卡号|邮箱|住址|住|家住|现住)(?:号码|号)?(?:是|为|在)?$"
)
_BETWEEN = re.compile(r"[\s.\-—~+，,、|｜/；;:：()（）【】\[\]<>《》“”\"]+")
_NO_NAMES = re.compile(
    r"姓名|性别|年龄|电话|手机|金额|方式|时间|单位|地址|备注|序号|住址|卡号|项目|标准|类别|职务|成员|包车|代办|路线|单号|编号|于是"
)
"""Headings, for which the dictionary might answer otherwise."""
_CELL = 8


def names_before(text: str, farthest: int = 4) -> bool:
    """True when 张某某 stands anywhere in the text, or a name in one of the last cells, at most `farthest` away.

    Cells are short: behind a longer stretch of words another matter begins.
    """
    cells = [_LABEL.sub("", cell) for cell in _BETWEEN.split(text)]
    for cell in [cell for cell in cells if cell][: -farthest - 1 : -1]:
        if is_name(cell):
            return True
        if len(cell) > _CELL and not cell.isascii():
            break
    return mentions_somebody(text)


def names_after(text: str) -> bool:
    """True when the first cell of the text names a person: 13800001234（张某某）."""
    cells = [cell for cell in _BETWEEN.split(text) if cell]
    return bool(cells) and (is_name(cells[0]) or _ADDRESSED.match(cells[0]) is not None)


def is_addressed(word: str) -> bool:
    """True for 张某某 and 王女士, which are nothing else whatever follows."""
    return _ADDRESSED.fullmatch(word) is not None


def is_name(word: str) -> bool:
    """True for 张某某 and 刘翠兰, false for 方式: the whole of it is a name and no ordinary word."""
    if is_addressed(word):
        return True
    if not _BARE.fullmatch(word) or _NO_NAMES.fullmatch(word):
        return False
    its_tag = tag(word)
    return its_tag is None or its_tag.startswith("nr")


def mentions_somebody(text: str) -> bool:
    """True when 张某某, 王女士 or 姓名：李四 stands anywhere in it."""
    if _ADDRESSED.search(text):
        return True
    return any(is_name(match[1]) for match in _LABELLED.finditer(text))
