# ruff: noqa: E501 (lines as sites and newsrooms write them)
"""What the origin publishes: articles as their newsrooms know them, before any template dresses them.

A block is a tuple whose first item names it: ("p", text), ("h", text), ("quote", text), ("list", items),
("table", rows), ("img", URL, caption), ("file", URL, name), ("linked", before, URL, words, after).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urljoin

ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
Block = tuple[Any, ...]
_IMG = "http://img.jz.example/2024/1122/"
_FILE = "/upload/files/2024/"


@dataclass(frozen=True)
class Article:
    """One article. `published` and `modified` are aware and in whole minutes."""

    name: str
    title: str
    published: datetime
    outlet: str
    author: str | None
    blocks: tuple[Block, ...]
    modified: datetime = field(default=datetime(2024, 11, 22, 10, 0, tzinfo=ZONE))

    @property
    def text(self) -> str:
        """Its body's visible words, one block a line."""
        return "\n".join(line for block in self.blocks for line in words_of(block))

    @property
    def images(self) -> list[str]:
        return [block[1] for block in self.blocks if block[0] == "img"]

    @property
    def tables(self) -> list[Any]:
        return [block[1] for block in self.blocks if block[0] == "table"]

    @property
    def links(self) -> list[str]:
        return [block[2] for block in self.blocks if block[0] == "linked"]

    @property
    def attachments(self) -> list[str]:
        return [block[1] for block in self.blocks if block[0] == "file"]

    def absolute(self, base: str) -> dict[str, list[str]]:
        """Links and attachments as whole URLs of a page at `base`."""
        return {
            "links": [urljoin(base, url) for url in self.links],
            "attachments": [urljoin(base, url) for url in self.attachments],
        }


def words_of(block: Block) -> Iterator[str]:
    """The lines of words that a block shows."""
    kind, *parts = block
    if kind in ("p", "h", "quote"):
        yield parts[0]
    elif kind == "list":
        yield from parts[0]
    elif kind == "table":
        yield from (" ".join(row) for row in parts[0])
    elif kind == "img" and parts[1]:
        yield parts[1]
    elif kind == "file":
        yield f"附件：{parts[1]}"
    elif kind == "linked":
        yield parts[0] + parts[2] + parts[3]


def differing(old: Article, new: Article, shown: frozenset[str]) -> list[str]:
    """Names of the fields, of those that a page shows, in which two articles differ."""
    pairs = {
        "title": (old.title, new.title),
        "body": (old.text, new.text),
        "outlet": (old.outlet, new.outlet),
        "author": (old.author, new.author),
        "published_at": (old.published, new.published),
        "modified_at": (old.modified, new.modified),
        "images": (old.images, new.images),
        "tables": (old.tables, new.tables),
        "links": (old.links, new.links),
        "attachments": (old.attachments, new.attachments),
    }
    always = {"title", "body", "images", "tables", "links", "attachments"}
    return [name for name, (a, b) in pairs.items() if a != b and (name in shown or name in always)]


def utc(moment: datetime) -> str:
    """A time as the database holds it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _at(day: int, hour: int, minute: int, month: int = 11) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=ZONE)


_LONG = (
    "本报讯 江州市统计局昨日发布前三季度经济运行情况。初步核算，全市实现地区生产总值4862.7亿元，按可比价格计算，同比增长5.3%，比上半年加快0.2个百分点。",
    "分产业看，第一产业增加值312.4亿元，增长3.1%；第二产业增加值1987.5亿元，增长6.0%；第三产业增加值2562.8亿元，增长4.9%。",
    "工业生产稳中有进。全市规模以上工业增加值同比增长6.4%，其中装备制造业增长9.8%，高技术制造业增长11.2%。新能源汽车产量达到18.6万辆，工业机器人产量达到4200套。",
    "江州市统计局副局长周建国表示，在宏观政策组合效应带动下，企业预期有所改善，市场活力持续释放，经济运行总体平稳、稳中有进的态势得到巩固。",
    "服务业加快恢复。住宿和餐饮业增加值增长7.5%，交通运输、仓储和邮政业增加值增长6.9%。国庆假期，全市接待游客732万人次，旅游收入41.3亿元。",
    "固定资产投资平稳。前三季度全市固定资产投资（不含农户）增长4.2%，扣除房地产开发投资，项目投资增长8.8%。民间投资由降转升。",
    "居民收入稳步增加。全市居民人均可支配收入32614元，同比名义增长5.6%。城镇居民人均可支配收入40125元，农村居民人均可支配收入21478元。",
    "消费品市场总体平稳。社会消费品零售总额1876.9亿元，增长4.5%。限额以上单位家用电器和音像器材类零售额增长19.2%，通讯器材类增长12.7%。",
    "周建国同时指出，当前外部环境依然复杂，部分行业订单偏少，中小企业经营压力仍然较大，回升的基础还要进一步夯实。",
    "下一步，全市将继续抓好存量政策的落实和增量政策的推出，围绕扩大内需、优化结构、提振信心、防范化解风险，推动各项工作落地见效。",
    "省社科院研究员林晓燕认为，四季度随着一批重大项目集中开工，工业和投资仍会是主要的支撑力量，消费的恢复则更多取决于就业和收入。",
    "据了解，江州市今年安排重点项目216个，年度计划投资980亿元，截至9月底已完成投资763亿元，占年度计划的77.9%。",
)

_DISTRICTS = tuple(
    f"{name}实现地区生产总值{total}亿元，同比增长{growth}%，{words}"
    for name, total, growth, words in (
        ("东湖区", "812.4", "5.9", "写字楼的空置情况好于去年，沿江的几条商业街重新热闹起来。"),
        ("西山区", "436.8", "4.7", "旧厂房改造后引来一批设计公司，夜间经济成为街区的新名片。"),
        ("河西新区", "967.3", "7.8", "动力电池产业链上的企业已经超过百家，订单排到明年春天。"),
        ("临港开发区", "705.1", "6.6", "港口集装箱吞吐量继续走高，新开通的班列每周往返三趟。"),
        ("南陵县", "298.5", "4.1", "秋粮喜获丰收，当地的稻米加工企业正在加紧收购和烘干。"),
        ("青川县", "187.2", "3.6", "山区的茶园和民宿带动了村民在家门口就业，乡村面貌焕然一新。"),
        ("怀安县", "354.9", "5.2", "纺织服装企业加快换上智能设备，车间里的用工结构也在变化。"),
        ("清河区", "521.6", "5.0", "社区食堂、托育园和健身步道陆续投用，居民的日常生活更加便利。"),
        ("望江县", "263.7", "4.4", "沿江水产养殖户改用循环水，水质改善的同时收成也稳住了。"),
        ("石桥区", "445.0", "4.9", "老旧小区的电梯加装走上正轨，工程队几乎一天也没有停过。"),
    )
)

ARTICLES: tuple[Article, ...] = (
    Article("brief", "山西一煤矿恢复生产", _at(22, 9, 30), "江州日报", "王芳",
            (("p", "记者从山西省应急管理部门获悉，涉事煤矿今天恢复生产。"),)),
    Article("economy", "江州前三季度地区生产总值增长5.3%", _at(21, 8, 5), "江州日报", "李明",
            tuple(("p", text) for text in _LONG + _DISTRICTS)),
    Article("illustrated", "老码头变身文创园 市民多了一个好去处", _at(20, 16, 45), "江州晚报", "陈静",
            (("p", "昨日，改造一新的江州老码头文创园正式对外开放，开放首日迎来游客近1.2万人次。"),
             ("img", _IMG + "laomatou01.jpg", ""),
             ("p", "园区保留了原有的三座红砖仓库，并在江边修建了长约800米的步道。设计师郭晓峰说，改造没有拆除任何一栋老建筑。"),
             ("img", _IMG + "laomatou02.jpg", ""),
             ("p", "在二号仓库里，记者看到一家书店已经开门迎客。店主告诉记者，书店里的书架是用旧船板改做的，每一块都留着原来的编号。"),
             ("img", _IMG + "laomatou03.jpg", "由旧船板改成的书架。 本报记者 摄"),
             ("p", "园区管理方负责人介绍，首批入驻的商户有36家，以手作、咖啡和展览为主，预计明年春天全部开业。"))),
    Article("tender", "江州市第一人民医院核磁共振设备采购项目公开招标公告", _at(19, 10, 0), "中国政府采购网", None,
            (("p", "江州市第一人民医院核磁共振设备采购项目的潜在投标人应在江州市公共资源交易中心获取招标文件，并于2024年12月12日9时30分前递交投标文件。"),
             ("h", "一、项目基本情况"),
             ("p", "项目编号：JZZFCG-2024-0387"),
             ("p", "预算金额：1860.00万元"),
             ("table", (("包号", "标的名称", "数量", "预算（万元）"), ("1", "3.0T核磁共振成像系统", "1台", "1580.00"),
                        ("2", "高压注射器", "2台", "120.00"), ("3", "图像后处理工作站", "4套", "160.00"))),
             ("h", "二、申请人的资格要求"),
             ("p", "投标人须具有独立承担民事责任的能力，未被列入失信被执行人名单。本项目不接受联合体投标。"),
             ("h", "三、联系方式"),
             ("p", "采购人：江州市第一人民医院　联系人：赵老师　电话：0555-8812345"),
             ("file", _FILE + "zbwj20241119.pdf", "招标文件.pdf"),
             ("file", _FILE + "cgxq20241119.docx", "采购需求.docx"))),
    Article("award", "江州市智慧交通二期工程中标公告", _at(18, 15, 20), "江州市公共资源交易中心", None,
            (("p", "根据评标委员会的评审结果，现将江州市智慧交通二期工程的中标结果公告如下。"),
             ("p", "中标供应商：江州数智科技有限公司，中标金额15077余万元，服务期为合同签订之日起24个月。"),
             ("table", (("序号", "供应商名称", "得分"), ("1", "江州数智科技有限公司", "92.35"),
                        ("2", "华东信通股份有限公司", "88.70"))),
             ("p", "各有关当事人对中标结果有异议的，可以在公告发布之日起七个工作日内以书面形式提出质疑，逾期将不再受理。"),
             ("p", "评审专家名单：马丽、孙国强、何伟、吴敏、郑海涛。"),
             ("file", _FILE + "zbgg20241118.pdf", "中标结果公示.pdf"))),
    Article("company", "江汽集团：拟投资12亿元建设固态电池产线", _at(22, 18, 12), "每日经济新闻", "许文",
            (("p", "11月22日晚间，江汽集团（600418）发布公告称，公司拟投资12亿元建设固态电池产线，预计2026年6月投产。"),
             ("p", "公告显示，前三季度公司实现营业收入318.5亿元，同比增长3.5%；净利润4.72亿元，上年同期亏损1.1亿元。"),
             ("quote", "“固态电池是公司未来三年的重点方向。”江汽集团董事长刘志远在说明会上表示，公司不会盲目扩大产能。"),
             ("p", "二级市场上，江汽集团当日上涨2.31%，报收于16.85元，成交额7.4亿元。"),
             ("linked", "此前报道：", "http://news.jz.example/2024/1015/88231.html", "江汽集团前三季度销量创新高", "。"))),
    Article("market", "北向资金净买入45.6亿元 银行板块领涨", _at(21, 15, 40), "中国证券报", "高原",
            (("p", "11月21日，北向资金全天净买入45.6亿元，其中沪股通净买入28.3亿元，深股通净买入17.3亿元。"),
             ("p", "盘面上，银行、煤炭板块涨幅居前，传媒、软件板块回调。两市成交额1.52万亿元，较上一交易日放量1200亿元。"),
             ("list", ("工商银行上涨3.2%，创年内新高", "中国神华上涨2.7%", "某传媒股下跌6.4%，成交明显放大")),
             ("p", "分析人士认为，资金风格的切换还没有结束，后续仍需观察政策的力度与节奏。"))),
    Article("interview", "一位乡村教师的三十年", _at(17, 7, 0), "江州周刊", "沈悦",
            (("p", "清晨六点，雾还没有散去，何秀兰已经走在去学校的山路上。这条路，她走了三十年。"),
             ("h", "“我走了，孩子们怎么办”"),
             ("p", "1994年，从师范学校毕业的何秀兰被分配到大坪村小学。学校只有两间土坯房，全校二十三个孩子，分成三个年级。"),
             ("quote", "刚来的时候我每天都想走，可是看见孩子们的眼睛，我就说不出口。"),
             ("p", "后来，同来的两位老师先后调走，学校里只剩下她一个人。她既教语文，也教算术，还教孩子们唱歌。"),
             ("h", "山里的灯"),
             ("p", "如今，村里通了公路，学校也盖起了新楼。何秀兰教过的学生里，有人当了医生，有人做了工程师，还有两个人回到村里，站上了她身旁的讲台。"),
             ("p", "“我没有做什么大事，”她笑着说，“我只是把灯点着，让他们看得见路。”"))),
    Article("notice", "关于做好冬季取暖安全工作的通知", _at(16, 11, 30), "江州市应急管理局", None,
            (("p", "各县（市、区）应急管理局，各有关单位："),
             ("p", "入冬以来，我市气温持续走低，取暖用火用电明显增多。为切实做好冬季取暖安全工作，现就有关事项通知如下。"),
             ("list", ("全面排查燃气管线和用气设备，发现隐患立即整改。", "加强对敬老院、学校、医院等场所的检查。", "广泛开展安全用电用气的宣传。")),
             ("p", "各单位请于2024年12月5日前将排查情况报送市应急管理局，逾期未报的将予以通报。"),
             ("file", _FILE + "pcb20241116.xlsx", "冬季取暖安全排查表.xlsx"))),
    Article("weather", "寒潮将至 江州最低气温降至零下6℃", _at(23, 6, 50), "江州气象", "丁一",
            (("p", "受强冷空气影响，24日夜间至26日，我市将出现一次寒潮天气过程，最低气温将降至零下6℃，并伴有5到6级偏北风。"),
             ("img", _IMG + "hanchao-map.png", ""),
             ("p", "气象部门提醒，请注意添衣保暖，外出当心道路结冰，农业生产要做好设施大棚的加固与保温。"))),
    Article("results", "Nestlé to invest 150 million dollars in Jiangzhou plant", _at(20, 9, 15), "Jiangzhou Daily", "Ana Gómez",
            (("p", "Nestlé will invest 150 million dollars in a new plant in Jiangzhou, the company said on Wednesday."),
             ("p", "The plant, which is expected to open in March 2026, will employ about 420 people and produce coffee capsules for the Asian market."),
             ("quote", "“Jiangzhou was not our first choice, but it turned out to be the best one,” said Laurent Dubois, the head of the company's regional business."),
             ("img", _IMG + "plant-site.jpg", "The site of the future plant."),
             ("p", "Sales in the region rose 4.8 percent in the first nine months, helped by demand for soluble coffee."))),
    Article("court", "江州中院宣判一起非法集资案 主犯获刑十三年", _at(19, 17, 25), "法治江州", "罗斌",
            (("p", "11月19日，江州市中级人民法院对被告人黄某某等7人集资诈骗案一审公开宣判，以集资诈骗罪判处黄某某有期徒刑十三年，并处罚金300万元。"),
             ("p", "法院经审理查明，2017年至2021年间，黄某某等人以投资养老公寓为名，向2600余人非法募集资金4.3亿元，案发时尚有1.9亿元未能归还。"),
             ("p", "法院认为，被告人的行为严重扰乱了金融管理秩序，给集资参与人造成了重大损失，应依法惩处。"),
             ("p", "部分集资参与人、人大代表和政协委员旁听了宣判。"))),
    Article("sport", "江州马拉松鸣枪 两万名跑者共赴金秋", _at(17, 12, 10), "江州体育", "马晨",
            (("p", "11月17日7时30分，2024江州马拉松在体育中心鸣枪起跑，来自22个国家和地区的2万名跑者参加比赛。"),
             ("p", "最终，埃塞俄比亚选手贝克勒以2小时09分47秒的成绩夺得男子组冠军，女子组冠军由江州选手韩雪梅获得。"),
             ("table", (("名次", "姓名", "成绩"), ("1", "贝克勒", "2:09:47"), ("2", "杨绍辉", "2:11:02"), ("3", "基普科里尔", "2:12:30"))),
             ("img", _IMG + "marathon-start.jpg", "比赛鸣枪起跑。"),
             ("img", _IMG + "marathon-finish.jpg", ""),
             ("p", "组委会介绍，本届赛事的志愿者有3200名，沿途设置医疗点28个，没有跑者受重伤。"))),
    Article("science", "我国科研团队在稻田甲烷减排研究中取得进展", _at(15, 14, 0), "科技江州", "宋岚",
            (("p", "记者从江州大学获悉，该校农学院教授范文清团队的一项研究显示，间歇灌溉能让稻田甲烷排放下降37%，而产量基本不受影响。相关成果发表在国际学术期刊上。"),
             ("p", "研究团队在四个省份的12块试验田里进行了为期三年的观测，获得数据超过50万组。"),
             ("p", "范文清说，这一做法几乎不增加成本，适合在水源便利的平原地区推广，团队下一步将与农技部门合作开展示范。"),
             ("linked", "论文与数据可在", "http://www.jzu.example/paper/2024/methane", "学校网站", "查阅。"))),
)  # fmt: skip
