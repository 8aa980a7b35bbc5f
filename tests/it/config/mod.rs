//! Settings: file, environment, faults with file, line and key.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use zhanqun::base::fault::Fault;
use zhanqun::config::{Config, LogFormat, Network};

fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, Vec<Fault>> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("zhanqun.toml");
    std::fs::write(&file, text).unwrap();
    let environment = environment.iter().map(|(k, v)| (k.to_string(), v.to_string()));
    Config::load_with(Some(&file), Path::new("none"), environment)
}

fn fault(text: &str, environment: &[(&str, &str)]) -> Fault {
    let mut faults = load(text, environment).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.remove(0)
}

#[test]
fn defaults_without_a_file_and_an_explicit_missing_file_is_an_error() {
    let config = Config::load_with(None, Path::new("/nonexistent/zhanqun.toml"), []).unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(config.server.listen, ["127.0.0.1:8080".parse().unwrap()]);
    assert_eq!(config.cache.bytes(), 128 << 20);
    let missing = Path::new("/nonexistent/zhanqun.toml");
    let faults = Config::load_with(Some(missing), missing, []).unwrap_err();
    assert_eq!(faults[0].file, missing);
}

#[test]
fn the_documented_file_is_complete_and_shows_the_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/zhanqun.toml");
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(load(&text, &[]).unwrap(), Config::default());
    // With each comment mark taken away from lines `# key = value` it still says the defaults.
    let mut open = String::new();
    let mut in_certificates = false;
    for line in text.lines() {
        in_certificates = line.contains("[[server.certificates]]") || (in_certificates && !line.starts_with('['));
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let key = bare.split(" = ").next().unwrap();
        let is_key = bare.contains(" = ") && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if line.starts_with('[') || (is_key && !in_certificates) {
            open.push_str(bare);
            open.push('\n');
        }
    }
    assert_eq!(load(&open, &[]).unwrap(), Config::default());
    let shown: toml::Table = toml::from_str(&open).unwrap();
    let mut all = toml::Table::try_from(Config::default()).unwrap();
    all["server"].as_table_mut().unwrap().remove("certificates");
    fn keys(table: &toml::Table, above: &str, out: &mut Vec<String>) {
        for (key, value) in table {
            match value {
                toml::Value::Table(below) => keys(below, &format!("{above}{key}."), out),
                _ => out.push(format!("{above}{key}")),
            }
        }
    }
    let (mut a, mut b) = (Vec::new(), Vec::new());
    keys(&shown, "", &mut a);
    keys(&all, "", &mut b);
    a.sort();
    b.sort();
    assert_eq!(a, b, "every key of the settings is documented in config/zhanqun.toml");
}

#[test]
fn faults_name_line_and_key() {
    let cases: &[(&str, usize, &str)] = &[
        ("[server]\n\nlistne = []\n", 3, "server.listne"),
        ("[server]\nlisten = [\"127.0.0.1:80\",\n  \"nonsense\"]\n", 3, "server.listen"),
        ("[storage]\ncache_mb = \"many\"\n", 2, "storage.cache_mb"),
        ("[server.limits]\nconnections = 0\n", 2, "server.limits.connections"),
        ("[server]\n\n[server.limits]\n\nbody_bytes = -1\n", 5, "server.limits.body_bytes"),
        ("[log]\nformat = \"xml\"\n", 2, "log.format"),
        ("[log]\nlevel = \"loud=very\"\n", 2, "log.level"),
        ("\n[nothing]\n", 2, "nothing"),
        ("[server]\nhttps = [\"127.0.0.1:0\"]\n", 2, "server.https"),
        ("[server]\ntrusted_proxies = [\"10.0.0.0/33\"]\n", 2, "server.trusted_proxies"),
        ("[[server.certificates]]\nhost = \"a\"\ncert = 1\nkey = \"k\"\n", 3, "server.certificates.cert"),
        ("[media]\ntypes = [\".PDF\"]\n", 2, "media.types"),
        ("[session]\npassword_days = 4000\n", 2, "session.password_days"),
        ("[session]\n\nsecond_factor = [\"admin\", \"boss\"]\n", 3, "session.second_factor"),
        ("[mail]\nhost = \"smtp.x.cn:25\"\nfrom = \"a@x.cn\"\n", 2, "mail.host"),
        ("[mail]\nhost = \"smtp.x.cn\"\nfrom = \"nobody\"\n", 3, "mail.from"),
        ("[mail]\nhost = \"smtp.x.cn\"\nfrom = \"a@x.cn\"\nuser = \"a\"\npassword = \"\"\n", 5, "mail.password"),
        (
            "[mail]\nhost = \"smtp.x.cn\"\nfrom = \"a@x.cn\"\nuser = \"a\"\npassword = \"b\"\ntls = \"none\"\n",
            6,
            "mail.tls",
        ),
        ("[mail]\nhost = \"smtp.x.cn\"\nfrom = \"a@x.cn\"\nca = \"/nonexistent/ca.pem\"\n", 4, "mail.ca"),
    ];
    for (text, line, key) in cases {
        let fault = fault(text, &[]);
        assert_eq!(fault.line, *line, "{text:?}: {fault}");
        assert!(fault.message.starts_with(&format!("{key}: ")), "{text:?}: {fault}");
    }
    assert_eq!(fault("[server\n", &[]).line, 1);
}

#[test]
fn mail_is_off_until_a_server_is_named_and_its_password_is_not_shown() {
    let off = load("[mail]\nfrom = \"nonsense\"\n", &[]).unwrap();
    assert!(!off.mail.is_on());
    let text = "[mail]\nhost = \"smtp.x.cn\"\nfrom = \"站群 <noreply@x.cn>\"\nuser = \"a\"\n";
    let on = load(text, &[("ZHANQUN_MAIL__PASSWORD", "geheim-4711")]).unwrap();
    assert!(on.mail.is_on() && on.mail.password == "geheim-4711");
    assert!(!format!("{on:?}").contains("geheim"));
    let port = |text: &str| load(text, &[]).unwrap().mail.port();
    assert_eq!(["tls", "starttls", "none"].map(|tls| port(&format!("[mail]\ntls = \"{tls}\"\n"))), [465, 587, 25]);
    assert_eq!(port("[mail]\nport = 2525\n"), 2525);
}

#[test]
fn roles_of_the_settings_are_those_of_grants() {
    for role in zhanqun::domain::account::Role::ALL {
        let text = format!("[session]\nsecond_factor = [\"{}\"]\n", role.word());
        assert!(load(&text, &[]).is_ok(), "{text}");
    }
}

#[test]
fn the_environment_goes_before_the_file() {
    let environment = [
        ("ZHANQUN_STORAGE__DIR", "/var/lib/zhanqun"),
        ("ZHANQUN_SERVER__LISTEN", "127.0.0.1:1, [::]:2"),
        ("ZHANQUN_SERVER__LIMITS__CONNECTIONS", "7"),
        ("ZHANQUN_LOG__FORMAT", "json"),
        ("ZHANQUN_THEMES__WATCH", "false"),
        ("ZHANQUN_ADMIN_PASSWORD", "not a setting"),
        ("HOME", "/root"),
    ];
    let config = load("[storage]\ndir = \"elsewhere\"\ncache_mb = 5\n", &environment).unwrap();
    assert_eq!(config.storage.dir, Path::new("/var/lib/zhanqun"));
    assert_eq!(config.storage.cache_mb, 5);
    assert_eq!(config.server.listen.len(), 2);
    assert_eq!(config.server.limits.connections, 7);
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(!config.themes.watch);
}

#[test]
fn faults_of_the_environment_name_the_variable() {
    for (name, value) in [
        ("ZHANQUN_SERVER__LISTNE", "x"),
        ("ZHANQUN_SERVER__LIMITS", "x"),
        ("ZHANQUN_SERVER__CERTIFICATES", "x"),
        ("ZHANQUN_SERVER__LISTEN", "nonsense"),
        ("ZHANQUN_CACHE__PAGES_MB", "lots"),
        ("ZHANQUN_CACHE__PAGES_MB", "0"),
        ("ZHANQUN_THEMES__WATCH", "yes"),
    ] {
        let fault = fault("", &[(name, value)]);
        assert_eq!(fault.file, Path::new(name), "{fault}");
    }
}

#[test]
fn networks() {
    let inside = |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
    assert!(inside("10.0.0.0/8", "10.9.8.7"));
    assert!(!inside("10.0.0.0/8", "11.0.0.0"));
    assert!(inside("127.0.0.1", "::ffff:127.0.0.1"));
    assert!(inside("0.0.0.0/0", "1.2.3.4"));
    assert!(!inside("0.0.0.0/0", "::1"));
    assert!(inside("fd00::/8", "fd12::1"));
    assert!(inside("::/0", "::1"));
    assert!("10.0.0.0/33".parse::<Network>().is_err());
    assert!("host".parse::<Network>().is_err());
}
