//! Access tokens, which say who it is and are good for minutes, and refresh tokens, which are good for
//! the next access token, once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jsonwebtoken::errors::Error;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use stompframe::Principal;
use stompframe::prelude::{Deserialize, Serialize};

use crate::accounts::{Account, Accounts};

/// How long a refresh token is good for.
const REFRESH: Duration = Duration::from_secs(8 * 60 * 60);

/// How many refresh tokens there may be: who signs in makes them, so there is an end to it.
const MAX_REFRESH: usize = 10_000;

/// What an access token says (RFC 7519, 4.1).
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    /// In seconds since 1970.
    exp: u64,
    roles: Vec<String>,
}

/// What somebody gets who has signed in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pair {
    access_token: String,
    refresh_token: String,
    /// In seconds.
    expires_in: u64,
}

pub(crate) struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    seconds: u64,
    /// Whose they are, and until when.
    refresh: Mutex<HashMap<String, (&'static str, Instant)>>,
}

impl Tokens {
    /// With a key of its own, which lasts as long as the program: tokens of yesterday are worth nothing.
    pub(crate) fn new(seconds: u64) -> Self {
        let key = random();
        Self {
            encoding: EncodingKey::from_secret(key.as_bytes()),
            decoding: DecodingKey::from_secret(key.as_bytes()),
            seconds,
            refresh: Mutex::default(),
        }
    }

    /// Both tokens for somebody; none where there are too many already.
    pub(crate) fn issue(&self, account: &Account) -> Option<Pair> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        let claims = Claims {
            sub: account.name.to_owned(),
            exp: now.as_secs() + self.seconds,
            roles: account
                .roles
                .iter()
                .map(|role| (*role).to_owned())
                .collect(),
        };
        let access_token =
            jsonwebtoken::encode(&Header::default(), &claims, &self.encoding).ok()?;
        let refresh_token = random();
        let mut refresh = self.refresh.lock().unwrap_or_else(PoisonError::into_inner);
        refresh.retain(|_, (_, until)| *until > Instant::now());
        if refresh.len() >= MAX_REFRESH {
            return None;
        }
        refresh.insert(
            refresh_token.clone(),
            (account.name, Instant::now() + REFRESH),
        );
        Some(Pair {
            access_token,
            refresh_token,
            expires_in: self.seconds,
        })
    }

    /// The next two, for a refresh token that was not used yet.
    pub(crate) fn refresh(&self, token: &str) -> Option<Pair> {
        let found = self
            .refresh
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(token);
        let (name, until) = found?;
        self.issue(Accounts::find(name).filter(|_| until > Instant::now())?)
    }

    /// Who shows this access token, and until when that holds.
    pub(crate) fn verify(&self, token: &str) -> Result<Principal, Error> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        let Claims { sub, exp, roles } =
            jsonwebtoken::decode(token, &self.decoding, &validation)?.claims;
        let expiry = UNIX_EPOCH + Duration::from_secs(exp);
        Ok(Principal::new(sub).with_roles(roles).with_expiry(expiry))
    }
}

/// 256 random bits, as text.
fn random() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
