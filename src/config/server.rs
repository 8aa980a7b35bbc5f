//! `[server]`: sockets, certificates, limits.
//!
//! **Invariant:** no limit can be switched off by accident: 0 is refused.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::network::Network;

/// Sockets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Addresses for HTTP; `[::]:80` takes IPv4 too.
    pub listen: Vec<SocketAddr>,
    /// Addresses for HTTPS; they need `certificates`.
    pub https: Vec<SocketAddr>,
    /// Address for `/healthz`, `/readyz` and `/metrics`; empty for none.
    pub ops: String,
    /// Certificates by host name; the first one also answers clients that name no host.
    pub certificates: Vec<Certificate>,
    /// True to answer plain HTTP with a redirect to HTTPS.
    pub redirect_http: bool,
    /// Networks of reverse proxies whose word about the client's address is taken.
    pub trusted_proxies: Vec<Network>,
    /// True if the trusted proxies open each connection with a PROXY protocol header (version 1 or 2).
    pub proxy_protocol: bool,
    /// True if visitors use HTTPS that a proxy in front ends: complete addresses then begin with `https`.
    pub public_https: bool,
    /// True to answer every public page with "maintenance" (503); admin, health and metrics go on.
    pub maintenance: bool,
    /// Limits.
    pub limits: Limits,
}

/// A certificate and the hosts that it answers for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Host name, `www.example.gov.cn` or `*.example.gov.cn`.
    pub host: String,
    /// PEM file with the certificate and its chain.
    pub cert: PathBuf,
    /// PEM file with the private key.
    pub key: PathBuf,
}

/// What one client may take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Open connections at once; further ones wait, then are answered with 503.
    pub connections: usize,
    /// Seconds in which the head of a request must arrive.
    pub header_seconds: u64,
    /// Longest pause in seconds between two pieces of a request's body.
    pub body_seconds: u64,
    /// Seconds without a byte in either direction after which a connection is closed.
    pub idle_seconds: u64,
    /// Seconds in which a request must be answered, its body included.
    pub request_seconds: u64,
    /// Largest body of a request in bytes; uploads have `media.max_upload_mb`.
    pub body_bytes: u64,
    /// Seconds that running requests have to finish when the server stops.
    pub shutdown_seconds: u64,
}

impl Default for ServerConfig {
    fn default() -> ServerConfig {
        ServerConfig {
            listen: vec![SocketAddr::new(IpAddr::from([127, 0, 0, 1]), 8080)],
            https: Vec::new(),
            ops: "127.0.0.1:9090".into(),
            certificates: Vec::new(),
            redirect_http: false,
            trusted_proxies: Vec::new(),
            proxy_protocol: false,
            public_https: false,
            maintenance: false,
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 10_000,
            header_seconds: 10,
            body_seconds: 30,
            idle_seconds: 60,
            request_seconds: 300,
            body_bytes: 2 << 20,
            shutdown_seconds: 20,
        }
    }
}

impl ServerConfig {
    /// The ops address; `None` if there is to be none.
    pub fn ops(&self) -> Option<SocketAddr> {
        self.ops.parse().ok()
    }

    /// True if `address` is a reverse proxy that is believed.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(address))
    }

    pub(super) fn check(&self, wrong: &mut super::Wrong<'_>) {
        if self.listen.is_empty() && self.https.is_empty() {
            wrong("server.listen", "name at least one address here or in server.https");
        }
        if !self.https.is_empty() && self.certificates.is_empty() {
            wrong("server.https", "needs [[server.certificates]]");
        }
        if self.redirect_http && self.https.is_empty() {
            wrong("server.redirect_http", "needs server.https");
        }
        if self.proxy_protocol && self.trusted_proxies.is_empty() {
            wrong("server.proxy_protocol", "needs server.trusted_proxies");
        }
        if !self.ops.is_empty() && self.ops().is_none() {
            wrong("server.ops", &format!("{:?} is not an address such as 127.0.0.1:9090", self.ops));
        }
        for certificate in &self.certificates {
            if certificate.host.is_empty() {
                wrong("server.certificates", "host must not be empty");
            }
        }
        let limits = &self.limits;
        let all = [
            ("server.limits.connections", limits.connections as u64, 1_000_000),
            ("server.limits.header_seconds", limits.header_seconds, 86_400),
            ("server.limits.body_seconds", limits.body_seconds, 86_400),
            ("server.limits.idle_seconds", limits.idle_seconds, 86_400),
            ("server.limits.request_seconds", limits.request_seconds, 86_400),
            ("server.limits.body_bytes", limits.body_bytes, 1 << 40),
            ("server.limits.shutdown_seconds", limits.shutdown_seconds, 86_400),
        ];
        for (key, value, most) in all {
            if value == 0 || value > most {
                wrong(key, &format!("must be between 1 and {most}"));
            }
        }
    }
}
