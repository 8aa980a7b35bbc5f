//! Certificates by host name, taken over when their files change.
//!
//! **Invariant:** a certificate that cannot be used never replaces one that can.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use notify::Watcher;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::base::fault::Fault;
use crate::config::Certificate;

/// Files often change in several steps: certificate, then key.
const SETTLE: Duration = Duration::from_millis(300);

/// Certificates in use.
#[derive(Debug)]
pub struct Certificates {
    declared: Vec<Certificate>,
    current: ArcSwap<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    /// In the order of the configuration.
    keys: Vec<Arc<CertifiedKey>>,
    by_host: HashMap<String, usize>,
}

impl Certificates {
    /// Loads the certificates of the configuration.
    ///
    /// # Errors
    /// Each file that cannot be used.
    pub fn load(declared: &[Certificate]) -> Result<Arc<Certificates>, Vec<Fault>> {
        let (mut keys, mut faults) = (Vec::new(), Vec::new());
        for certificate in declared {
            match read(certificate) {
                Ok(key) => keys.push(key),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let loaded = Loaded::new(declared, keys);
        Ok(Arc::new(Certificates { declared: declared.to_vec(), current: ArcSwap::from_pointee(loaded) }))
    }

    /// Reads all files again; certificates that cannot be used stay as they were. Returns what is wrong.
    pub fn reload(&self) -> Vec<Fault> {
        let old = self.current.load();
        let mut faults = Vec::new();
        let keys = self.declared.iter().zip(&old.keys).map(|(certificate, old)| {
            read(certificate).unwrap_or_else(|fault| {
                faults.push(fault);
                old.clone()
            })
        });
        let loaded = Loaded::new(&self.declared, keys.collect());
        self.current.store(Arc::new(loaded));
        faults
    }

    /// Takes over changed files until the returned watcher is dropped.
    ///
    /// # Errors
    /// When the folders of the files cannot be watched.
    pub fn watch(self: &Arc<Self>) -> notify::Result<notify::RecommendedWatcher> {
        let (sender, receiver) = std::sync::mpsc::channel();
        let names: Vec<std::ffi::OsString> = self
            .declared
            .iter()
            .flat_map(|c| [c.cert.file_name(), c.key.file_name()])
            .flatten()
            .map(std::ffi::OsStr::to_os_string)
            .collect();
        // Certificates are often links into a folder that is exchanged as a whole (`..data`, `live`).
        let ours = move |path: &Path| {
            path.file_name().is_some_and(|name| names.iter().any(|n| n == name)) || path.extension().is_none()
        };
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Reading the files ourselves must not start another round.
            if event.is_ok_and(|event| !event.kind.is_access() && event.paths.iter().any(|path| ours(path))) {
                let _ = sender.send(());
            }
        })?;
        let mut folders: Vec<PathBuf> = self.declared.iter().flat_map(|c| [folder(&c.cert), folder(&c.key)]).collect();
        folders.sort();
        folders.dedup();
        for folder in folders {
            watcher.watch(&folder, notify::RecursiveMode::NonRecursive)?;
        }
        let certificates = Arc::downgrade(self);
        let thread = std::thread::Builder::new().name("certificates".into()).spawn(move || {
            // Ends when the watcher and with it the sender is dropped.
            while receiver.recv().is_ok() {
                while receiver.recv_timeout(SETTLE).is_ok() {}
                let Some(certificates) = certificates.upgrade() else { return };
                let faults = certificates.reload();
                if faults.is_empty() {
                    tracing::info!("certificates read again");
                }
                for fault in faults {
                    tracing::error!("certificate not taken over, the old one stays: {fault}");
                }
            }
        });
        thread.map_err(notify::Error::io)?;
        Ok(watcher)
    }
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

impl Loaded {
    fn new(declared: &[Certificate], keys: Vec<Arc<CertifiedKey>>) -> Loaded {
        let mut by_host = HashMap::new();
        for (place, certificate) in declared.iter().enumerate() {
            by_host.entry(certificate.host.to_ascii_lowercase()).or_insert(place);
        }
        Loaded { keys, by_host }
    }

    fn find(&self, host: &str) -> Option<Arc<CertifiedKey>> {
        let host = host.to_ascii_lowercase();
        let star = || self.by_host.get(&format!("*.{}", host.split_once('.')?.1));
        let place = self.by_host.get(&host).or_else(star)?;
        self.keys.get(*place).cloned()
    }
}

fn read(certificate: &Certificate) -> Result<Arc<CertifiedKey>, Fault> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&certificate.cert)
        .and_then(Iterator::collect)
        .map_err(|e| Fault::file(&certificate.cert, format!("cannot be read as PEM: {e}")))?;
    if chain.is_empty() {
        return Err(Fault::file(&certificate.cert, "holds no certificate"));
    }
    let key = PrivateKeyDer::from_pem_file(&certificate.key)
        .map_err(|e| Fault::file(&certificate.key, format!("cannot be read as a PEM key: {e}")))?;
    let key = aws_lc_rs::sign::any_supported_type(&key)
        .map_err(|e| Fault::file(&certificate.key, format!("cannot be used as a key: {e}")))?;
    let certified = CertifiedKey::new(chain, key);
    match certified.keys_match() {
        Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(Arc::new(certified)),
        Err(e) => {
            let message = format!("does not fit to the key {}: {e}", certificate.key.display());
            Err(Fault::file(&certificate.cert, message))
        }
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let loaded = self.current.load();
        let named = hello.server_name().and_then(|host| loaded.find(host));
        named.or_else(|| loaded.keys.first().cloned())
    }
}

/// TLS settings: HTTP/2 and HTTP/1.1, TLS 1.2 and 1.3.
///
/// # Errors
/// When the cryptographic library refuses, which a working machine does not do.
pub fn settings(certificates: Arc<Certificates>) -> Result<Arc<rustls::ServerConfig>, rustls::Error> {
    let mut settings = rustls::ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    settings.ticketer = aws_lc_rs::Ticketer::new()?;
    Ok(Arc::new(settings))
}
