"""Articles in any number, for benchmarks: deterministic, each with words of its own."""

import random
from datetime import datetime, timedelta

from crawler.demo.pages import ZONE, Article

_NEWEST = datetime(2024, 11, 22, 18, 0, tzinfo=ZONE)
_SPACING = timedelta(seconds=97)


def _words(text: str) -> list[str]:
    return text.split()


_PLACES = _words("""
    江州市 云溪县 南屏市 望海市 白石区 平川县 柳岸区 石鼓镇 东岭新区 芦洲市 青枫县 临浦区 河西新城
    鹤鸣县 双桥区
""")
_COMPANIES = _words("""
    恒岳新材 澜川电气 北辰港务 鹿鸣乳业 青禾种业 星槎科技 启岳重工 松岭药业 海晏水泥 泓源水务
    蓝屿半导体 禾穗食品 远帆物流 铭石矿业 金梭纺织 朗润环境 百川能源 天序软件
""")
_BODIES = _words("""
    财政局 公共资源交易中心 发展和改革局 住房和城乡建设局 教育局 市场监督管理局 水务局
    卫生健康委员会 交通运输局
""")
_SUBJECTS = _words("""
    智慧停车系统 老旧小区电梯更新 校园食堂食材配送 污水处理厂提标改造 城市道路养护 医用影像设备
    储能电站 冷链仓库 公交充电桩 防汛物资 数据机房 职业培训基地 社区养老服务 农田灌溉管网
    轨道交通信号系统 档案数字化 市政路灯节能改造 森林防火监测
""")
_ACTIONS = _words("""
    完成公开招标 进入资格预审阶段 通过专家评审 发布中标公告 签订补充协议 启动竞争性磋商
    重新公示采购需求 完成竣工验收 调整最高限价 披露履约评价结果 延长投标截止时间 组织现场踏勘
    取得施工许可 落实配套资金
""")
_RESULTS = _words("""
    较上年同期增长 比预算节约 占全部投资的 完成年度计划的 毛利率提高到 市场占有率达到 合同履约率为
    资金支付比例为 产能利用率回升至 订单覆盖率约为 国产化率达到 中小企业份额占
""")
_REASONS = _words("""
    受原材料价格回落影响 在专项债券资金到位后 随着新规落地 由于工期紧张 经集体研究决定 按照合同约定
    在第三方机构监督下 为保障供应 考虑到季节因素 根据审计意见 结合群众反映 为降低交易成本
    面对外部需求变化 在多轮谈判之后
""")
_VIEWS = _words("""
    有关负责人表示 业内人士认为 公告显示 记者了解到 分析报告指出 参会代表提出 项目经理介绍
    统计数据表明 监管部门提醒 公司在互动平台回复称 评审专家建议
""")


def generate(count: int, size: int = 12_000, category: str = "jizhunceshi") -> list[Article]:
    """`count` articles, newest first, always the same ones.

    `body_html` has `size` bytes of UTF-8, or up to a paragraph more.
    """
    return [_article(number, size, category) for number in range(count)]


def _article(number: int, size: int, category: str) -> Article:
    chance = random.Random(number)
    published = _NEWEST - number * _SPACING
    paragraphs: list[str] = []
    length = 0
    while length < size:
        paragraphs.append(f"<p>{''.join(_sentence(chance) for _ in range(chance.randint(2, 5)))}</p>")
        length += len(paragraphs[-1].encode()) + 1
    paragraphs.append('<p class="em_media">（文章来源：基准测试报）</p>')
    title = f"{chance.choice(_PLACES)}{chance.choice(_SUBJECTS)}项目{chance.choice(_ACTIONS)}（第{number + 1}号）"
    return Article(
        code=f"NW{published:%Y%m%d}{2_276_000_000 + number:010d}",
        category=category,
        title=title,
        published=published,
        outlet="基准测试报",
        body_html="\n".join(paragraphs),
    )


def _sentence(chance: random.Random) -> str:
    """One sentence of four or five clauses in any order, with numbers that hardly come twice."""
    place, amount = chance.choice(_PLACES), chance.randint(100_000, 9_999_999) / 100
    clauses = [
        chance.choice(_REASONS),
        f"{place}{chance.choice(_BODIES)}就{chance.choice(_SUBJECTS)}{chance.choice(_ACTIONS)}",
        f"{chance.choice(_COMPANIES)}以{amount:.2f}万元的报价参与{chance.choice(_SUBJECTS)}",
        f"{chance.choice(_RESULTS)}{chance.randint(100, 9999) / 100:.2f}%",
        f"合同编号为{chance.choice('ABCDEFGH')}{chance.randint(10_000, 99_999)}",
    ]
    chance.shuffle(clauses)
    return f"{chance.choice(_VIEWS)}，{'，'.join(clauses[: chance.randint(3, 5)])}。"
