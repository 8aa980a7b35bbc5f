//! What templates may see: the contract with theme authors.
//!
//! **Invariant:** a template sees only these structs and the functions of
//! `render::functions`; `docs/themes.md` is generated from this file, so every
//! field carries a doc comment. All addresses are complete paths on this
//! server (`/mzj/tzgg/`) unless a comment says otherwise.

use std::collections::BTreeMap;

use minijinja::Value;
use serde::Serialize;

/// The site a page belongs to; in every page as `site`.
#[derive(Debug, Clone, Serialize)]
pub struct SiteView {
    /// Slug, `mzj`; the portal's is `www`.
    pub slug: String,
    /// Full standard name, shown in the head of every page.
    pub name: String,
    /// Short name for menus.
    pub short_name: String,
    /// `portal`, `department`, `township` or `public-service`.
    pub kind: &'static str,
    /// One sentence about the site.
    pub description: String,
    /// Language mark of the pages, `zh-CN`.
    pub lang: String,
    /// Address of the home page, `/mzj/`.
    pub url: String,
    /// Address of the search page, without a question.
    pub search_url: String,
    /// Address of the readable site map.
    pub map_url: String,
    /// Address of the Atom feed of the whole site.
    pub feed_url: String,
    /// Main colour, `#b4232a`.
    pub colour: String,
    /// Logo, if the site has one.
    pub logo: Option<String>,
    /// Banner picture, if the site has one.
    pub banner: Option<String>,
    /// Every other setting of `[settings]` in site.toml.
    pub settings: BTreeMap<String, Value>,
    /// What the law wants in the foot.
    pub foot: FootView,
    /// Notice shown on every page (state `notice`), if any.
    pub notice: Option<NoticeView>,
    /// The portal, for the link at the top; on the portal itself too.
    pub portal: SiteLink,
    /// True on the portal.
    pub is_portal: bool,
}

/// Foot of every page: 国办发〔2017〕47号, page design annex.
#[derive(Debug, Clone, Serialize)]
pub struct FootView {
    /// 网站标识码.
    pub site_code: String,
    /// ICP备案号.
    pub icp: String,
    /// 公安机关备案号.
    pub police: String,
    /// Query address of the police record.
    pub police_url: String,
    /// 主办单位.
    pub sponsor: String,
    /// 承办单位.
    pub operator: String,
    /// Postal address.
    pub address: String,
    /// Postcode.
    pub postcode: String,
    /// Telephone.
    pub phone: String,
    /// E-mail, may be empty.
    pub email: String,
    /// Office hours, may be empty.
    pub hours: String,
    /// 党政机关网站标识: address of the registry's entry of this site.
    pub mark_url: String,
    /// 我为政府网站找错: address of the reporting page.
    pub report_url: String,
}

/// A notice across the top of a site.
#[derive(Debug, Clone, Default, Serialize)]
pub struct NoticeView {
    /// Text.
    pub text: String,
    /// Where to read more, if anywhere.
    pub url: Option<String>,
    /// Name of the new site where the link leads, or empty.
    pub name: String,
    /// First day of the notice of a site that closes, or empty.
    pub from: String,
    /// Its last day, or empty.
    pub until: String,
}

/// A link to a site.
#[derive(Debug, Clone, Serialize)]
pub struct SiteLink {
    /// Slug.
    pub slug: String,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short_name: String,
    /// Home page.
    pub url: String,
}

/// Sites of one kind, for the portal home.
#[derive(Debug, Clone, Serialize)]
pub struct SiteGroupView {
    /// `department`, `township` or `public-service`; name it with `t("kind." ~ kind)`.
    pub kind: &'static str,
    /// The sites, in the order of the site group.
    pub sites: Vec<SiteLink>,
}

/// A link to a column; menu entries too.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnLink {
    /// Slug.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Address; of a link column the address it points to.
    pub url: String,
    /// True where the address leaves the site group.
    pub external: bool,
    /// Kind: `list`, `page`, `section`, `link`.
    pub kind: &'static str,
    /// Visible columns below this one.
    pub children: Vec<ColumnLink>,
}

/// What every page has, as `page`.
#[derive(Debug, Clone, Serialize)]
pub struct PageView {
    /// `home`, `column`, `document`, `search`, `map` or `error`.
    pub kind: &'static str,
    /// Heading of the page.
    pub title: String,
    /// Text of `<title>`: heading, column and site joined.
    pub full_title: String,
    /// Own address, path and query.
    pub url: String,
    /// Complete address of the page that counts (`rel=canonical`), with scheme and host.
    pub canonical: String,
    /// Summary for `<meta name="description">`, may be empty.
    pub description: String,
    /// Path bar, from the home page down to the page itself (last, `url` empty).
    pub crumbs: Vec<CrumbView>,
    /// The labels of 国办发〔2017〕47号 for this kind of page, in order.
    pub meta: Vec<MetaView>,
    /// Atom feed to announce, if any.
    pub feed_url: Option<String>,
    /// Slug of the top column that the page is in, to mark the menu; empty elsewhere.
    pub section: String,
    /// True in elder mode (适老模式).
    pub elder: bool,
    /// Address of this page in the other mode (elder or normal).
    pub mode_url: String,
    /// True where search engines should not list the page.
    pub noindex: bool,
    /// True in development: the page reloads itself when a theme changes.
    pub live_reload: bool,
}

/// One step of the path bar.
#[derive(Debug, Clone, Serialize)]
pub struct CrumbView {
    /// Name.
    pub name: String,
    /// Address, empty for the page itself.
    pub url: String,
}

/// One `<meta name content>` label.
#[derive(Debug, Clone, Serialize)]
pub struct MetaView {
    /// `SiteName`, `ColumnType`, `PubDate`, …
    pub name: &'static str,
    /// Value.
    pub content: String,
}

/// A document in a list.
#[derive(Debug, Clone, Serialize)]
pub struct ItemView {
    /// Number of the document or reference.
    pub id: u64,
    /// Title, of the reference if it has its own.
    pub title: String,
    /// Address; of an external-link document the address it points to.
    pub url: String,
    /// True where the address leaves the site group.
    pub external: bool,
    /// `2026-11-20`.
    pub date: String,
    /// `2026-11-20T09:30:00+08:00`, for `<time datetime>`.
    pub datetime: String,
    /// Summary, may be empty.
    pub summary: String,
    /// Source, may be empty.
    pub source: String,
    /// Title picture.
    pub picture: Option<PictureView>,
    /// True while pinned.
    pub pinned: bool,
    /// The site it belongs to; set where a list mixes sites.
    pub site: Option<SiteLink>,
    /// The column it stands in; set where a list mixes columns.
    pub column: Option<ColumnLink>,
}

/// A picture.
#[derive(Debug, Clone, Serialize)]
pub struct PictureView {
    /// Address.
    pub url: String,
    /// Text for those who do not see it.
    pub alt: String,
    /// Width in pixels, 0 if unknown.
    pub width: u32,
    /// Height in pixels, 0 if unknown.
    pub height: u32,
    /// Smaller forms for the attribute `srcset`, which needs `sizes` beside it; empty if there are none.
    pub srcset: String,
}

/// A column, in list, page and section pages as `column`.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnView {
    /// Slug.
    pub slug: String,
    /// Slugs from the top column down, `jgjj/zzjg`.
    pub path: String,
    /// Name.
    pub name: String,
    /// Address.
    pub url: String,
    /// `list`, `page` or `section`.
    pub kind: &'static str,
    /// What the column holds.
    pub description: String,
    /// Title picture.
    pub picture: Option<PictureView>,
    /// Atom feed, if the column has one.
    pub feed_url: Option<String>,
    /// Visible columns below.
    pub children: Vec<ColumnLink>,
    /// The column above, if any.
    pub parent: Option<ColumnLink>,
    /// Visible columns beside it, itself included, for the side menu.
    pub siblings: Vec<ColumnLink>,
}

/// A column with its newest documents: home and section pages.
#[derive(Debug, Clone, Serialize)]
pub struct BlockView {
    /// The column.
    pub column: ColumnLink,
    /// Newest documents, pinned ones first.
    pub items: Vec<ItemView>,
}

/// A document, as `document`.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentView {
    /// Number.
    pub id: u64,
    /// Title.
    pub title: String,
    /// Subtitle, may be empty.
    pub subtitle: String,
    /// Sanitised HTML; needs no `safe` filter.
    pub body: Value,
    /// Summary, may be empty.
    pub summary: String,
    /// 来源.
    pub source: String,
    /// 作者, may be empty.
    pub author: String,
    /// 责任编辑, may be empty.
    pub editor: String,
    /// `2026-11-20 09:30`.
    pub published: String,
    /// `2026-11-20T09:30:00+08:00`.
    pub published_iso: String,
    /// 成文日期 `2026-11-18`, may be empty.
    pub formed: String,
    /// 文号, may be empty.
    pub number: String,
    /// Keywords.
    pub keywords: Vec<String>,
    /// Last day on which it is valid `2027-12-31`, may be empty.
    pub valid_until: String,
    /// Title picture.
    pub picture: Option<PictureView>,
    /// Attachments.
    pub attachments: Vec<AttachmentView>,
    /// Where the document comes from, if this page shows a reference.
    pub origin: Option<OriginView>,
    /// The newer neighbour in the column.
    pub newer: Option<ItemView>,
    /// The older neighbour in the column.
    pub older: Option<ItemView>,
    /// More to read.
    pub related: Vec<ItemView>,
}

/// The source document of a reference.
#[derive(Debug, Clone, Serialize)]
pub struct OriginView {
    /// Site that answers for the document.
    pub site: SiteLink,
    /// Address of the document there.
    pub url: String,
}

/// A file to download.
#[derive(Debug, Clone, Serialize)]
pub struct AttachmentView {
    /// What it is.
    pub title: String,
    /// Address.
    pub url: String,
    /// File name.
    pub file_name: String,
    /// Kind in capitals: `DOCX`, `PDF`.
    pub kind: String,
    /// Size to read: `38 KB`.
    pub size: String,
}

/// Pages of a list, as `paging`.
#[derive(Debug, Clone, Serialize)]
pub struct PagingView {
    /// This page, from 1.
    pub page: u64,
    /// Number of pages, at least 1.
    pub pages: u64,
    /// Number of documents.
    pub total: u64,
    /// Address of the first page, unless this is it.
    pub first: Option<String>,
    /// Address of the page before.
    pub previous: Option<String>,
    /// Address of the next page.
    pub next: Option<String>,
    /// Address of the last page, unless this is it.
    pub last: Option<String>,
    /// Numbers to show around this page.
    pub numbers: Vec<PageNumberView>,
}

/// A page number in the paging bar.
#[derive(Debug, Clone, Serialize)]
pub struct PageNumberView {
    /// Number from 1.
    pub number: u64,
    /// Address.
    pub url: String,
    /// True for this page.
    pub current: bool,
}

/// `site/home.html`: home page of a subsite.
#[derive(Debug, Clone, Serialize)]
pub struct HomePage {
    /// Documents with a title picture, newest first, at most five.
    pub pictures: Vec<ItemView>,
    /// Newest of the whole site.
    pub newest: Vec<ItemView>,
    /// Columns that are not empty, in the order of the navigation.
    pub blocks: Vec<BlockView>,
}

/// `site/portal.html`: home page of the portal; everything of `HomePage` and:
#[derive(Debug, Clone, Serialize)]
pub struct PortalPage {
    /// Documents with a title picture, newest first, at most five.
    pub pictures: Vec<ItemView>,
    /// Newest of the portal itself.
    pub newest: Vec<ItemView>,
    /// Columns of the portal that are not empty.
    pub blocks: Vec<BlockView>,
    /// Newest of all subsites, each with its site.
    pub group_newest: Vec<ItemView>,
    /// The subsites by kind.
    pub groups: Vec<SiteGroupView>,
}

/// `channel/list.html`: a column with its documents.
#[derive(Debug, Clone, Serialize)]
pub struct ListPage {
    /// The column.
    pub column: ColumnView,
    /// Documents of this page of the list.
    pub items: Vec<ItemView>,
    /// Paging.
    pub paging: PagingView,
}

/// `channel/section.html`: a column that shows the newest of its children.
#[derive(Debug, Clone, Serialize)]
pub struct SectionPage {
    /// The column.
    pub column: ColumnView,
    /// Child columns that are not empty.
    pub blocks: Vec<BlockView>,
}

/// `channel/page.html`: a column that is one page.
#[derive(Debug, Clone, Serialize)]
pub struct SinglePage {
    /// The column.
    pub column: ColumnView,
    /// Its document.
    pub document: DocumentView,
}

/// `content/document.html`: a document.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentPage {
    /// The column that it stands in.
    pub column: ColumnView,
    /// The document.
    pub document: DocumentView,
}

/// `search/results.html`: search of titles.
#[derive(Debug, Clone, Serialize)]
pub struct SearchPage {
    /// What was asked, may be empty.
    pub query: String,
    /// Found on this page.
    pub items: Vec<ItemView>,
    /// Paging.
    pub paging: PagingView,
}

/// `site/map.html`: the readable site map.
#[derive(Debug, Clone, Serialize)]
pub struct MapPage {
    /// Columns with their children.
    pub columns: Vec<ColumnLink>,
    /// On the portal: the subsites by kind.
    pub groups: Vec<SiteGroupView>,
}

/// `error/404.html`: nothing at this address.
#[derive(Debug, Clone, Serialize)]
pub struct NotFoundPage {
    /// The nearest page above that exists.
    pub nearest: CrumbView,
    /// Titles that resemble the address or old title, if any.
    pub suggestions: Vec<ItemView>,
    /// Words for the search box.
    pub query: String,
}

/// `error/error.html`: any other failure; also a site that is closed for now.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorPage {
    /// HTTP status, 500.
    pub status: u16,
    /// Message key: `error.500`, `error.maintenance`; show it with `t(key)`.
    pub key: String,
    /// Number of the request, to be quoted to ops.
    pub request_id: String,
}
