//! Doors to private parsers for the fuzz targets; not in any other build.

use std::fs::File;
use std::io::Write;

use super::journal::frame::{self, Found, HEADER};

/// Walks over `bytes` as over a segment: frames, their records, the hash chain. With `mend` the
/// checksum of the first frame is made right, so that what stands behind it is reached.
pub fn frames(bytes: &[u8], mend: bool) -> std::io::Result<usize> {
    let mut bytes = bytes.to_vec();
    if mend && bytes.len() >= HEADER {
        bytes[..4].copy_from_slice(&frame::MAGIC);
        let payload = (bytes.len() - HEADER) as u32;
        bytes[8..12].copy_from_slice(&payload.to_le_bytes());
        let crc = crc32fast::hash(&bytes[8..]);
        bytes[4..8].copy_from_slice(&crc.to_le_bytes());
    }
    let mut file = File::from(rustix::fs::memfd_create("frames", rustix::fs::MemfdFlags::CLOEXEC)?);
    file.write_all(&bytes)?;
    let mut offset = 0;
    let mut records = 0;
    while let Found::Frame(found) = frame::read(&file, offset, bytes.len() as u64)? {
        let _ = frame::peek(&file, offset)?;
        let _ = found.chained(&[0; 32]);
        for record in found.records().unwrap_or_default() {
            records += usize::from(frame::decode(&record).is_ok());
        }
        offset += found.header.size();
    }
    Ok(records)
}
