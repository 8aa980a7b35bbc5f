//! The second factor: codes of a phone (TOTP, RFC 6238), and recovery codes for the day when it is lost.

use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};

use crate::domain::error::Result;
use crate::store;

/// Length of a secret in bytes, as RFC 4226 recommends.
const SECRET: usize = 20;
/// Recovery codes made at once.
pub const RECOVERY_CODES: usize = 10;
/// Characters of a recovery code without its hyphens: 80 bits.
const RECOVERY: usize = 16;
/// Small letters and digits that are not taken for one another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

fn fault(error: impl std::fmt::Display) -> store::Error {
    store::Error::State(format!("second factor: {error}"))
}

/// The secret that a phone and the server share, in base 32.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactorSecret(String);

impl std::fmt::Debug for FactorSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FactorSecret(…)")
    }
}

impl FactorSecret {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn random() -> Result<FactorSecret> {
        let mut bytes = [0; SECRET];
        getrandom::fill(&mut bytes).map_err(fault)?;
        Ok(FactorSecret(Secret::new_stack(bytes).to_base32()))
    }

    /// The secret in groups of four, for typing into a phone. For its owner only.
    pub fn spelt(&self) -> String {
        let letters: Vec<char> = self.0.chars().collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// The address that a phone reads from a picture: `issuer` is shown there above the log-in `name`.
    ///
    /// # Errors
    /// When the stored secret cannot be read.
    pub fn uri(&self, issuer: &str, name: &str) -> Result<String> {
        // A colon separates the two in the address.
        let issuer = issuer.replace(':', " ");
        let issuer = Some(issuer.trim()).filter(|issuer| !issuer.is_empty());
        let totp = self.builder()?.with_account_name(name).with_issuer(issuer).build().map_err(fault)?;
        Ok(totp.to_url().map_err(fault)?)
    }

    /// The code that a phone shows at `now` (milliseconds since 1970).
    ///
    /// # Errors
    /// When the stored secret cannot be read.
    pub fn code(&self, now: i64) -> Result<String> {
        Ok(self.totp()?.generate(seconds(now)).to_string())
    }

    /// The step of half a minute that the code belongs to, if it is the present one or a neighbour.
    fn step(&self, code: &str, now: i64) -> Option<u64> {
        match self.totp() {
            Ok(totp) => totp.check(code, seconds(now)),
            Err(error) => {
                tracing::error!(%error, "a stored second factor cannot be read");
                None
            }
        }
    }

    fn builder(&self) -> Result<Builder> {
        Ok(Builder::new().with_secret(Secret::try_from_base32(&self.0).map_err(fault)?))
    }

    fn totp(&self) -> Result<Totp> {
        Ok(self.builder()?.build().map_err(fault)?)
    }
}

fn seconds(now: i64) -> u64 {
    u64::try_from(now / 1000).unwrap_or(0)
}

/// A second factor in use.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    secret: FactorSecret,
    /// When it was set up, milliseconds since 1970.
    pub since: i64,
    /// The newest step whose code was used: it and older ones are not taken again.
    last_step: u64,
    /// Hashes of the recovery codes that are left.
    recovery: Vec<String>,
}

impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondFactor").field("since", &self.since).finish_non_exhaustive()
    }
}

/// Which kind of code was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used {
    /// One of the phone.
    Phone,
    /// A recovery code, which is used up; so many are left.
    Recovery(usize),
}

impl SecondFactor {
    /// A second factor with its recovery codes, if `code` proves that the phone has the secret.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn begin(secret: &FactorSecret, code: &str, now: i64) -> Result<Option<(SecondFactor, Vec<String>)>> {
        let Some(last_step) = secret.step(&plain(code), now) else { return Ok(None) };
        let mut factor = SecondFactor { secret: secret.clone(), since: now, last_step, recovery: Vec::new() };
        let codes = factor.renew_recovery()?;
        Ok(Some((factor, codes)))
    }

    /// Other recovery codes; the old ones count no longer. They are kept as hashes only.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn renew_recovery(&mut self) -> Result<Vec<String>> {
        let codes = (0..RECOVERY_CODES).map(|_| recovery_code()).collect::<Result<Vec<_>>>()?;
        self.recovery = codes.iter().map(|code| hash(&plain(code))).collect();
        Ok(codes)
    }

    /// Takes a code: one of the phone that was not used before, or a recovery code, which is used up.
    pub fn take(&mut self, code: &str, now: i64) -> Option<Used> {
        let code = plain(code);
        if code.len() == RECOVERY {
            let given = hash(&code);
            let at = self.recovery.iter().position(|kept| *kept == given)?;
            self.recovery.remove(at);
            return Some(Used::Recovery(self.recovery.len()));
        }
        let step = self.secret.step(&code, now).filter(|step| *step > self.last_step)?;
        self.last_step = step;
        Some(Used::Phone)
    }

    /// Recovery codes left.
    pub fn recovery_left(&self) -> usize {
        self.recovery.len()
    }
}

/// A code as typed, without blanks and hyphens and in small letters.
fn plain(code: &str) -> String {
    code.chars().filter(|character| !character.is_whitespace() && *character != '-').collect::<String>().to_lowercase()
}

/// What is kept of a recovery code. It is random, so a plain hash hides it.
fn hash(code: &str) -> String {
    blake3::hash(code.as_bytes()).to_hex().to_string()
}

/// Four groups of four.
fn recovery_code() -> Result<String> {
    let mut bytes = [0; RECOVERY];
    getrandom::fill(&mut bytes).map_err(fault)?;
    let letters: Vec<String> = bytes
        .chunks(4)
        .map(|group| group.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
        .collect();
    Ok(letters.join("-"))
}

#[cfg(test)]
mod tests {
    use super::{FactorSecret, SecondFactor, Used};

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, for SHA-1: the last six of the eight digits.
        let secret = FactorSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".into());
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(secret.code(seconds * 1000).expect("a sound secret"), code);
        }
    }

    #[test]
    fn a_code_counts_once_and_for_a_minute_and_a_half() {
        let secret = FactorSecret::random().expect("random numbers");
        let at = |seconds: i64| 1_795_000_020_000 + seconds * 1000;
        let code = |seconds| secret.code(at(seconds)).expect("a sound secret");
        assert!(SecondFactor::begin(&secret, "12345", at(0)).expect("random numbers").is_none());
        let begun = SecondFactor::begin(&secret, &code(0), at(0)).expect("random numbers");
        let (mut factor, codes) = begun.expect("the right code");
        assert_eq!(factor.take(&code(0), at(1)), None, "used to set it up");
        assert_eq!(factor.take(&code(30), at(1)), Some(Used::Phone), "a phone half a minute ahead");
        assert_eq!(factor.take(&code(30), at(31)), None, "used");
        assert_eq!(factor.take(&code(0), at(31)), None, "older than one that was used");
        assert_eq!(factor.take(&code(60), at(121)), None, "too old");
        let spaced = format!(" {} {} ", &code(120)[..3], &code(120)[3..]);
        assert_eq!(factor.take(&spaced, at(121)), Some(Used::Phone));
        assert_eq!(factor.take(&codes[3].to_uppercase(), at(122)), Some(Used::Recovery(9)));
        assert_eq!(factor.take(&codes[3], at(122)), None, "used up");
        let renewed = factor.renew_recovery().expect("random numbers");
        assert_eq!(factor.take(&codes[0], at(123)), None, "replaced");
        assert_eq!(factor.take(&renewed[0], at(123)), Some(Used::Recovery(9)));
        let shown = format!("{factor:?} {secret:?}");
        assert!(!shown.contains(&secret.0) && !serde_json::to_string(&factor).expect("JSON").contains(&renewed[1]));
    }
}
