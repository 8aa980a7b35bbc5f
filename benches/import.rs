//! An old site moves in from a mirror of its pages: `cargo bench --bench import -- 20000` (articles; 3,000 without a
//! number), or `-- MIRROR HOST` for a mirror that is there. Says pages a second and the most memory.

#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use encoding_rs::GB18030;
use zhanqun::app::App;
use zhanqun::base::clock::{self, Clock};
use zhanqun::config::Config;
use zhanqun::migrate::import::{Options, run};
use zhanqun::migrate::pages::{Fetches, Mirror, Site};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HOST: &str = "old.example.gov.cn";
const COLUMNS: usize = 10;
/// 2001-09-09 in Beijing.
const FIRST: i64 = 1_000_000_000_000;
const WORDS: &str = "社区 老人 救助 低保 婚姻 登记 殡葬 慈善 福利 优抚 安置 地名 区划 社团 养老 儿童 救灾 物资 审批 公示 \
                     名单 申请 材料 窗口 办理 期限 标准 提高 检查 会议 全县 开展 落实 政策 干部 群众 服务 中心 建设 管理";

/// A small random number generator.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    fn words(&mut self, words: &[&str], count: usize) -> String {
        (0..count).map(|_| words[self.below(words.len())]).collect()
    }
}

fn put(folder: &Path, name: &str, title: &str, body: &str) {
    let menu: String =
        (1..=COLUMNS).map(|at| format!("<td><a href=\"class.asp?classid={at}\">{at}号栏目名称</a></td>")).collect();
    let page = format!(
        "<html>\r\n<head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\"><title>{title}</title></head>\r\n\
         <body bgcolor=\"#FFFFFF\"><table><tr><td><a href=\"index.asp\">首页</a></td>{menu}</tr></table>\r\n{body}\r\n\
         <div class=\"foot\">版权所有：老民政局　地址：人民路1号　电话：0000-1234567</div></body></html>"
    );
    std::fs::write(folder.join(name), GB18030.encode(&page).0).unwrap();
}

/// A site as an article system of 2003 makes it; every fiftieth article offers a file.
fn old_site(folder: &Path, articles: usize) {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut random = Random(20_071_113);
    std::fs::create_dir_all(folder.join("uploadfile")).unwrap();
    let mut rows: Vec<Vec<String>> = vec![Vec::new(); COLUMNS];
    for number in 1..=articles {
        let column = number % COLUMNS;
        let title = format!("{}的通知之{number}", random.words(&words, 8));
        let day = clock::day(FIRST + (number * (300_000_000 / articles)) as i64 * 1000);
        let mut text = String::new();
        for _ in 0..4 + random.below(6) {
            let count = 30 + random.below(60);
            let words = random.words(&words, count);
            text.push_str(&format!(
                "<p class=\"MsoNormal\" style=\"text-indent:24pt\"><font size=\"3\" face=\"宋体\">{words}。</font></p>\r\n"
            ));
        }
        if number % 50 == 0 {
            let bytes =
                [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &(number as u64).to_be_bytes().repeat(1200)].concat();
            std::fs::write(folder.join(format!("uploadfile/{number}.doc")), bytes).unwrap();
            text.push_str(&format!("<p><a href=\"uploadfile/{number}.doc\">申请表{number}</a></p>"));
        }
        let body = format!(
            "<div>您的位置：<a href=\"index.asp\">首页</a> &gt; <a href=\"class.asp?classid={}\">{}号栏目名称</a> &gt; 正文</div>\
             <table><tr><td align=center><b>{title}</b></td></tr><tr><td align=center>发布时间：{day}　来源：本站　点击数：{}\
             </td></tr><tr><td id=content>{text}</td></tr></table>",
            column + 1,
            column + 1,
            random.below(10_000)
        );
        put(folder, &format!("show.asp?id={number}"), &format!("{title}-老民政局"), &body);
        rows[column].push(format!("<li><a href=\"show.asp?id={number}\">{title}</a> [{day}]</li>"));
    }
    for (column, rows) in rows.iter().enumerate() {
        let name = format!("{}号栏目名称", column + 1);
        for (page, rows) in rows.chunks(20).enumerate() {
            let file = |page: usize| match page {
                0 => format!("class.asp?classid={}", column + 1),
                _ => format!("class.asp?classid={}&page={}", column + 1, page + 1),
            };
            let next = format!("<div><a href=\"{}\">首页</a> <a href=\"{}\">下一页</a></div>", file(0), file(page + 1));
            let body = format!("<h2>{name}</h2><ul>{}</ul>{next}", rows.concat());
            put(folder, &file(page), &format!("{name}-老民政局"), &body);
        }
    }
    let home: String = rows.iter().flat_map(|rows| rows.iter().take(8)).cloned().collect();
    put(folder, "index.asp", "老民政局", &format!("<ul>{home}</ul>"));
}

/// Most memory so far, MB.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1024
}

fn site(dir: &Path, slug: &str, more: &str) {
    let folder = dir.join("sites").join(slug);
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!("name = \"{slug}\"\n{more}\ntheme = \"county\"\nsite_code = \"5116810001\"\n");
    std::fs::write(folder.join("site.toml"), text).unwrap();
}

fn main() {
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let dir = tempfile::tempdir().unwrap();
    site(dir.path(), "www", "kind = \"portal\"\nhosts = [\"www.city.example\"]");
    site(dir.path(), "mzj", "kind = \"department\"\nparent = \"www\"");
    let mut config = Config::default();
    config.storage.dir = dir.path().join("data");
    config.storage.min_free_mb = 1;
    config.sites.dir = dir.path().join("sites");
    config.themes.dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
    let made = dir.path().join("mirror");
    let (folder, host) = match given.as_slice() {
        [folder, host] => (Path::new(folder), host.as_str()),
        _ => {
            old_site(&made, given.first().map_or(3000, |number| number.parse().unwrap()));
            (made.as_path(), HOST)
        }
    };
    let app = App::open(config, Clock::System, &()).unwrap();
    app.apply_sites().unwrap();
    println!("before: {} MB", most_memory());
    let begun = Instant::now();
    let mirror = Mirror::open(folder, Some(host)).unwrap();
    let files = mirror.len();
    println!("{files} files, names read after {:.1} s, {} MB", begun.elapsed().as_secs_f64(), most_memory());
    let source = Site::open(Arc::new(mirror), "mirror", Vec::new());
    println!("learned after {:.1} s, {} MB", begun.elapsed().as_secs_f64(), most_memory());
    let options = Options { source: "bench".into(), site: "mzj".into(), publish: true, ..Options::default() };
    let step = std::cell::Cell::new("");
    let report = run(&app, &source, &options, &|now, _, _| {
        if step.replace(now) != now {
            println!("{now} from {:.1} s, {} MB", begun.elapsed().as_secs_f64(), most_memory());
        }
    })
    .unwrap_or_else(|failure| panic!("{failure}"));
    let took = begun.elapsed().as_secs_f64();
    let pages = report.figures.read;
    println!(
        "{pages} pages, {} documents and {} files in {took:.1} s: {:.0} pages a second, at most {} MB",
        report.figures.imported,
        report.figures.files,
        pages as f64 / took,
        most_memory()
    );
}
