//! Where a repository was cloned from, as it may be told: no secrets, no places on this machine.

/// A URL without the name and the password in it; `git@host:path` as one.
pub fn public_uri(url: &str) -> Option<String> {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme, rest.to_owned()),
        None => {
            let (host, path) = url.split_once(':').filter(|(host, _)| !host.contains('/') && host.contains('@'))?;
            ("ssh", format!("{host}/{}", path.trim_start_matches('/')))
        }
    };
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit('@').next().unwrap_or(host);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/%+".contains(c);
    let is_known = ["https", "http", "ssh", "git"].contains(&scheme) && !host.is_empty();
    let is_told = is_known && host.chars().chain(path.chars()).all(is_plain);
    is_told.then(|| format!("{scheme}://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_told_without_secrets() {
        let told = |url| public_uri(url).unwrap_or_default();
        assert_eq!(told("https://name:secret@example.org/o/r.git"), "https://example.org/o/r.git");
        assert_eq!(told("git@example.org:o/r.git"), "ssh://example.org/o/r.git");
        assert_eq!(told("ssh://git@example.org:22/o/r"), "ssh://example.org:22/o/r");
        for none in ["/home/someone/r", "../r", "file:///r", "C:/r", "https://example.org/o/r?token=secret"] {
            assert_eq!(told(none), "", "{none}");
        }
    }
}
