//! The functions that pages name to be called.

use bytes::Bytes;

/// How long the name of a function may be. Clients make them of fewer than 20 characters.
const MAX_NAME: usize = 64;

/// How long the beginning of the page is at least, so that browsers begin to run it.
const PAGE: usize = 1024;

/// The function that a request names, or what is wrong with it.
pub(super) fn callback(query: Option<&str>) -> Result<String, &'static str> {
    let query = query.unwrap_or_default().as_bytes();
    let callback = form_urlencoded::parse(query).find(|(name, _)| name == "c");
    let Some((_, name)) = callback.filter(|(_, name)| !name.is_empty()) else {
        return Err("\"callback\" parameter required");
    };
    let is_harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if name.len() > MAX_NAME || !name.bytes().all(is_harmless) {
        return Err("invalid \"callback\" parameter");
    }
    Ok(name.into_owned())
}

/// The page that calls it, as the protocol has it to the letter, up to where scripts follow.
pub(super) fn page(function: &str) -> Bytes {
    let mut page = format!(
        r#"<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.{function};
    c.start();
    function p(d) {{c.message(d);}};
    window.onload = function() {{c.stop();}};
  </script>"#
    );
    while page.len() <= PAGE {
        page.push(' ');
    }
    page.push_str("\r\n\r\n");
    page.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_41_k_42_v_22_what_may_be_the_name_of_a_function() {
        for (query, name) in [
            (Some("c=%63allback"), Some("callback")),
            (Some("a=b&c=_jp.a1-B"), Some("_jp.a1-B")),
            (None, None),
            (Some("c="), None),
            (Some("c=%20"), None),
            (Some("c=*"), None),
            (Some("c=abc("), None),
            (Some("c=abc%28"), None),
            (Some("c=a%0d%0ab"), None),
            (Some("c=a</script>"), None),
        ] {
            assert_eq!(callback(query).ok().as_deref(), name, "{query:?}");
        }
        assert!(callback(Some(&format!("c={}", "a".repeat(MAX_NAME)))).is_ok());
        assert!(callback(Some(&format!("c={}", "a".repeat(MAX_NAME + 1)))).is_err());
    }
}
