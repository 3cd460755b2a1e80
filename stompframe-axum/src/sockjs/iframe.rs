//! The page in a frame, of which clients in old browsers do what their own page may not.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::answer::{HTML, keep};
use crate::origin::OriginPolicy;

pub(super) fn answer(library: &str, policy: &OriginPolicy, request: &Parts) -> Response {
    let page = page(library);
    let mut hasher = DefaultHasher::new();
    page.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let is_known = request
        .headers
        .get(IF_NONE_MATCH)
        .is_some_and(|known| *known == tag);
    let mut answer = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, HTML)], page).into_response()
    };
    let headers = answer.headers_mut();
    keep(headers);
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(ETAG, tag);
    }
    let ancestors = match policy {
        OriginPolicy::Any => return answer,
        OriginPolicy::Same => {
            headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
            "'self'".to_owned()
        }
        OriginPolicy::List(origins) => origins
            .iter()
            .flat_map(crate::origin::OriginPattern::sources)
            .collect::<Vec<_>>()
            .join(" "),
    };
    if let Ok(ancestors) = HeaderValue::try_from(format!("frame-ancestors {ancestors}")) {
        headers.insert(CONTENT_SECURITY_POLICY, ancestors);
    }
    answer
}

/// As the protocol has it, to the letter.
fn page(library: &str) -> String {
    format!(
        r#"<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script src="{library}"></script>
  <script>
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  </script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>
"#
    )
}
