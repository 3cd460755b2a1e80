use std::borrow::Cow;
use std::fmt;

use bytestring::ByteString;
use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq as _;

/// What a page of the application's own knows and that of somebody else does not: a CONNECT that
/// belongs to a session of cookies has to give it (Spring Security's `CsrfToken`).
///
/// A browser sends cookies whoever wrote the page, so they alone do not say that the user wants to
/// connect. The application puts a secret of the HTTP session into its pages, and the same into the
/// [attributes](crate::SessionAttributes) of the handshake. Where there is one, CONNECT needs the
/// header: otherwise it is refused with `denied`, before anybody is asked who it is.
///
/// ```
/// use stompframe_core::SessionAttributes;
/// use stompframe_core::security::CsrfToken;
///
/// let of_http_session = "5cb0..";
/// let attributes = SessionAttributes::new();
/// attributes.insert(CsrfToken::new(of_http_session));
/// // The page's client sends `x-csrf-token:5cb0..` with its CONNECT.
/// ```
///
/// The name of the header is compared in any case, the token in constant time. Its debug output does
/// not show it. An empty token matches nothing.
#[derive(Clone)]
pub struct CsrfToken {
    secret: ByteString,
    header: Cow<'static, str>,
    is_masked: bool,
}

impl CsrfToken {
    /// A token that CONNECT gives as it is, in the header `x-csrf-token`.
    #[must_use]
    pub fn new(secret: impl Into<ByteString>) -> Self {
        Self {
            secret: secret.into(),
            header: Cow::Borrowed("x-csrf-token"),
            is_masked: false,
        }
    }

    /// Says which header of CONNECT has it.
    #[must_use]
    pub fn in_header(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.header = name.into();
        self
    }

    /// Wants it [masked](Self::mask), and not as it is: what Spring expects unless told otherwise.
    #[must_use]
    pub const fn masked(mut self) -> Self {
        self.is_masked = true;
        self
    }

    /// The header of CONNECT that has to have it.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.header
    }

    /// The token for a page, different each time: as many random bytes as it has, and the token's
    /// own, each mixed by XOR with one of them; all of it in base64url. In a page that is compressed, what
    /// an attacker mixes into it cannot find out the token letter by letter (BREACH).
    ///
    /// # Panics
    ///
    /// When the operating system has no random bytes.
    #[must_use]
    pub fn mask(&self) -> String {
        let mut masked = vec![0; self.secret.len()];
        getrandom::fill(&mut masked).expect("the operating system has random bytes");
        for (index, byte) in self.secret.bytes().enumerate() {
            masked.push(byte ^ masked[index]);
        }
        BASE64URL_NOPAD.encode(&masked)
    }

    /// Whether this is what CONNECT has to give.
    pub(crate) fn is_given_by(&self, value: &str) -> bool {
        let given = match self.is_masked {
            true => unmask(value),
            false => Some(value.as_bytes().to_vec()),
        };
        !self.secret.is_empty()
            && given.is_some_and(|given| bool::from(given.ct_eq(self.secret.as_bytes())))
    }
}

fn unmask(value: &str) -> Option<Vec<u8>> {
    let bytes = BASE64URL_NOPAD.decode(value.trim_end_matches('=').as_bytes());
    let bytes = bytes.ok().filter(|bytes| bytes.len() % 2 == 0)?;
    let (random, masked) = bytes.split_at(bytes.len() / 2);
    Some(random.iter().zip(masked).map(|(a, b)| a ^ b).collect())
}

impl fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsrfToken")
            .field("header", &self.header)
            .field("is_masked", &self.is_masked)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_given_as_it_is_or_masked_and_never_both() {
        let plain = CsrfToken::new("secret-token");
        let masked = plain.clone().masked();
        // As Spring masks it.
        let of_spring = "AAAAAAAAAAAAAAAAc2VjcmV0LXRva2Vu";
        assert!(masked.is_given_by(of_spring));
        assert!(masked.is_given_by(&format!("{of_spring}==")));
        assert!(masked.is_given_by(&masked.mask()));
        assert!(plain.is_given_by("secret-token"));
        assert_ne!(plain.mask(), plain.mask());
        for wrong in [
            "",
            "secret-toke",
            "secret-tokem",
            "AAA",
            "%",
            of_spring,
            &plain.mask(),
        ] {
            assert!(!plain.is_given_by(wrong), "{wrong}");
        }
        for wrong in [
            "",
            "secret-token",
            "AAA",
            "%",
            "AAAAAAAAAAAAAAAAc2VjcmV0LXRva2Vv",
        ] {
            assert!(!masked.is_given_by(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_empty_token_matches_nothing_and_none_is_printed() {
        let empty = CsrfToken::new("");
        assert!(!empty.is_given_by("") && !empty.masked().is_given_by(""));
        assert!(!format!("{:?}", CsrfToken::new("canary")).contains("canary"));
    }
}
