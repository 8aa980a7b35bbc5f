//! Texts for measuring: documents of the length and form that departments publish, made from parts.
//!
//! **Invariant:** the same number gives the same document, so that two runs can be compared.

use std::fmt::Write;

use crate::domain::content::{Text, plain_text, summary_of};

/// A small generator of numbers (SplitMix64); measuring needs repetition, not secrecy.
pub struct Numbers(u64);

impl Numbers {
    /// The sequence of a document.
    pub fn new(seed: u64) -> Numbers {
        Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// The next number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const PLACES: [&str; 12] = [
    "双河街道",
    "古桥街道",
    "华龙街道",
    "永兴镇",
    "天池镇",
    "禄市镇",
    "明月镇",
    "阳和镇",
    "高兴镇",
    "溪口镇",
    "庆华镇",
    "红岩乡",
];
const SUBJECTS: [&str; 14] = [
    "安全生产",
    "森林防火",
    "道路养护",
    "饮水工程",
    "学生资助",
    "养老服务",
    "就业培训",
    "环境整治",
    "项目建设",
    "财政收支",
    "疫苗接种",
    "法律援助",
    "残疾人服务",
    "小区物业",
];
const DOINGS: [&str; 10] = [
    "专项检查",
    "集中培训",
    "现场督查",
    "政策宣讲",
    "工作推进会",
    "满意度调查",
    "联合执法",
    "便民服务",
    "应急演练",
    "年度总结",
];
const KINDS: [&str; 6] =
    ["关于开展{}{}的通知", "{}{}情况通报", "扎实推进{}{}", "关于公布{}{}结果的公告", "{}{}工作方案", "{}{}有序开展"];
const OPENINGS: [&str; 6] = [
    "为进一步做好{}{}工作，按照年度工作安排，结合本地实际，现将有关事项通知如下。",
    "近日，有关单位在{}组织开展{}活动，来自村（社区）的干部和群众代表参加。",
    "根据年度计划，本单位会同有关部门对{}的{}情况进行了全面了解。",
    "{}把{}作为今年的一项重点工作，建立台账，明确责任，按月推进。",
    "经前期调研和公开征求意见，{}{}的各项准备工作已经完成。",
    "连日来，工作人员深入{}，就{}听取群众意见，现场解决问题。",
];
const SENTENCES: [&str; 16] = [
    "参加人员实地查看了现场，详细询问了进展情况，并与负责人员进行了交流。",
    "各单位要明确一名负责人和一名联系人，于本月底前将名单书面报送办公室。",
    "对检查中发现的问题，能够当场整改的立即整改，不能当场整改的限期完成。",
    "群众可以通过电话、信件或者到服务窗口提出意见，工作人员将在规定时限内答复。",
    "此次活动共发放资料一千余份，接待咨询两百多人次，受到群众欢迎。",
    "要加强宣传引导，利用广播、公开栏和入户走访等方式，让政策家喻户晓。",
    "资金实行专账管理，按照进度拨付，接受财政、审计部门和社会监督。",
    "办理时请携带本人身份证原件和复印件，委托他人办理的还需提供委托书。",
    "下一步，将继续完善工作机制，强化跟踪问效，确保各项任务落到实处。",
    "对工作推进有力、成效明显的予以通报表扬，对落实不力的予以提醒。",
    "施工期间给周边居民出行带来不便，敬请谅解，请过往车辆减速慢行。",
    "数据来自各单位按月报送的统计表，个别指标因口径调整与上年不可比。",
    "申请材料齐全、符合要求的，当场受理；需要补正的，一次性告知。",
    "值班人员要坚守岗位，遇有紧急情况第一时间报告，并做好先期处置。",
    "会议要求，把好事办好、实事办实，让群众看得见、摸得着、得实惠。",
    "活动结束后，组织单位对场地进行了清理，并将收集的意见分类交办。",
];

fn fill(pattern: &str, first: &str, second: &str) -> String {
    pattern.replacen("{}", first, 1).replacen("{}", second, 1)
}

/// The text of document `number`.
pub fn document(number: u64, source: &str) -> Text {
    let mut numbers = Numbers::new(number);
    let (place, subject, doing) = (numbers.pick(&PLACES), numbers.pick(&SUBJECTS), numbers.pick(&DOINGS));
    let title = format!("{place}{}（第{number}号）", fill(numbers.pick(&KINDS), subject, doing));
    let mut body = String::with_capacity(4096);
    // Writing to a String cannot fail.
    let _ = write!(body, "<p>{}</p>", fill(numbers.pick(&OPENINGS), place, subject));
    for part in 0..2 + numbers.below(4) {
        if part % 2 == 1 {
            let _ = write!(body, "<h2>{}、{}</h2>", ["一", "二", "三", "四", "五", "六"][part], numbers.pick(&DOINGS));
        }
        body.push_str("<p>");
        for _ in 0..2 + numbers.below(5) {
            body.push_str(numbers.pick(&SENTENCES));
        }
        body.push_str("</p>");
    }
    if numbers.below(5) == 0 {
        body.push_str("<table><thead><tr><th scope=\"col\">单位</th><th scope=\"col\">数量</th><th scope=\"col\">完成率</th></tr></thead><tbody>");
        for _ in 0..4 + numbers.below(6) {
            let _ = write!(
                body,
                "<tr><td>{}</td><td>{}</td><td>{}%</td></tr>",
                numbers.pick(&PLACES),
                10 + numbers.below(900),
                60 + numbers.below(41)
            );
        }
        body.push_str("</tbody></table>");
    }
    Text {
        summary: summary_of(&plain_text(&body), 80),
        title,
        body,
        source: source.to_owned(),
        keywords: vec![subject.to_owned(), doing.to_owned()],
        ..Text::default()
    }
}
