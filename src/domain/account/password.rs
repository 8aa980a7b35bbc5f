//! Passwords: argon2id hashes, and passwords made by the server.

use argon2::password_hash::phc;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use serde::{Deserialize, Serialize};

use crate::domain::error::Result;
use crate::store;

use super::rules;

/// An argon2id hash in PHC form: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl PasswordHash {
    /// Hashes a password with a salt of its own. Takes tens of milliseconds and 19 MB.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new(password: &str) -> Result<PasswordHash> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|error| store::Error::State(format!("random numbers: {error}")))?;
        let hash: phc::PasswordHash = Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map_err(|error| store::Error::State(format!("password hash: {error}")))?;
        Ok(PasswordHash(hash.to_string()))
    }

    /// Is this the password? Takes as long as [`PasswordHash::new`].
    pub fn verify(&self, password: &str) -> bool {
        match phc::PasswordHash::new(&self.0) {
            Ok(hash) => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
            Err(error) => {
                tracing::error!(%error, "a stored password hash cannot be read");
                false
            }
        }
    }

    /// Takes as long as checking a password, for names that nobody has.
    pub fn verify_nothing(password: &str) {
        std::hint::black_box(PasswordHash(NOTHING.to_owned()).verify(password));
    }
}

/// A hash with the parameters of [`PasswordHash::new`] that no password is known for.
const NOTHING: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Letters and digits that are not taken for one another.
const LETTERS: &[u8; 54] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ234567";

/// A random password that obeys the rules: four groups of five, 115 bits.
///
/// # Errors
/// When the system gives no random numbers.
pub fn generate(name: &str) -> Result<String> {
    loop {
        let mut password = String::with_capacity(23);
        while password.len() < 23 {
            if password.len() % 6 == 5 {
                password.push('-');
                continue;
            }
            let mut byte = [0];
            getrandom::fill(&mut byte).map_err(|error| store::Error::State(format!("random numbers: {error}")))?;
            // 216 is the largest multiple of 54 that a byte holds, so each letter is as likely as the next.
            if byte[0] < 216 {
                password.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
            }
        }
        if rules::check_password(&password, name).is_ok() {
            return Ok(password);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NOTHING, PasswordHash};

    #[test]
    fn checking_nothing_costs_as_much_as_checking_a_password() {
        let parameters = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        let real = PasswordHash::new("Kx92bQ-tall").expect("random numbers");
        assert_eq!(parameters(&real.0), parameters(NOTHING));
        assert_eq!(real.0.len(), NOTHING.len());
        assert!(real.verify("Kx92bQ-tall") && !real.verify("Kx92bQ-talL"));
        assert!(argon2::password_hash::phc::PasswordHash::new(NOTHING).is_ok());
    }
}
