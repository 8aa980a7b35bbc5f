//! The PROXY protocol, versions 1 and 2: a reverse proxy tells the client's address.
//!
//! **Invariant:** read only from trusted peers, and never more than its own bytes are taken away.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the first bytes of a connection are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// More bytes are needed.
    Partial,
    /// A whole header of so many bytes; the client's address if it is told.
    Whole(usize, Option<IpAddr>),
    /// Not a header.
    Wrong,
}

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// A version 1 header has at most 107 bytes.
const LONGEST_V1: usize = 107;
/// Further fields of a version 2 header that are put up with.
const LONGEST_V2: usize = 16 + 1024;

/// Reads the header at the start of `bytes`.
pub fn parse(bytes: &[u8]) -> Header {
    let common = bytes.len().min(SIGNATURE.len());
    if bytes[..common] == SIGNATURE[..common] {
        return version2(bytes);
    }
    let common = bytes.len().min(6);
    if bytes[..common] == b"PROXY "[..common] { version1(bytes) } else { Header::Wrong }
}

fn version1(bytes: &[u8]) -> Header {
    let window = &bytes[..bytes.len().min(LONGEST_V1)];
    let Some(end) = window.windows(2).position(|pair| pair == b"\r\n") else {
        return if bytes.len() >= LONGEST_V1 { Header::Wrong } else { Header::Partial };
    };
    let Ok(line) = std::str::from_utf8(&bytes[..end]) else { return Header::Wrong };
    let parts: Vec<&str> = line.split(' ').collect();
    let address = match parts.as_slice() {
        ["PROXY", "UNKNOWN", ..] => None,
        ["PROXY", "TCP4", from, _, _, _] => match from.parse::<Ipv4Addr>() {
            Ok(address) => Some(IpAddr::V4(address)),
            Err(_) => return Header::Wrong,
        },
        ["PROXY", "TCP6", from, _, _, _] => match from.parse::<Ipv6Addr>() {
            Ok(address) => Some(IpAddr::V6(address).to_canonical()),
            Err(_) => return Header::Wrong,
        },
        _ => return Header::Wrong,
    };
    Header::Whole(end + 2, address)
}

fn version2(bytes: &[u8]) -> Header {
    if bytes.len() < 16 {
        return Header::Partial;
    }
    let length = 16 + usize::from(u16::from_be_bytes([bytes[14], bytes[15]]));
    if bytes[12] >> 4 != 2 || length > LONGEST_V2 {
        return Header::Wrong;
    }
    if bytes.len() < length {
        return Header::Partial;
    }
    let rest = &bytes[16..length];
    let address = match (bytes[12] & 15, bytes[13] >> 4) {
        // LOCAL: a health check of the proxy itself.
        (0, _) => None,
        (1, 1) => match rest.first_chunk::<4>() {
            Some(octets) if rest.len() >= 12 => Some(IpAddr::from(*octets)),
            _ => return Header::Wrong,
        },
        (1, 2) => match rest.first_chunk::<16>() {
            Some(octets) if rest.len() >= 36 => Some(IpAddr::from(*octets).to_canonical()),
            _ => return Header::Wrong,
        },
        (1, _) => None,
        _ => return Header::Wrong,
    };
    Header::Whole(length, address)
}
