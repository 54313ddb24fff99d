//! Who may ask: tokens, and the addresses that a session cluster lets in.
//!
//! In: requests. Out: the caller's name for handlers, or 401/403. Invariant: only hashes of tokens are kept; without
//! a token only callers on this machine are let in, and only where the operator says so.

use std::collections::BTreeSet;
use std::net::IpAddr;

use axum::extract::{ConnectInfo, MatchedPath, RawPathParams, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use serde_json::Value;

use super::{Api, Peer};
use crate::catalogue::Catalogue;
use crate::flink::Scope;
use crate::model::{Service, Token, now};
use crate::refusal::Refusal;

/// Who asks; in the extensions of each request.
#[derive(Clone, Debug)]
pub struct Caller {
    pub email: String,
    /// When the token ends that was shown.
    pub expires_at: Option<String>,
}

/// Callers without a token.
const LOCAL_USER: &str = "local@millstream";
/// Filters hold for everything about a service but these: whoever has locked everybody out must be able to undo it.
const MANAGEMENT: [&str; 2] = [
    "/v1/project/{project}/service/{service}",
    "/v1/project/{project}/service/{service}/tags",
];
const SCHEMES: [&str; 2] = ["aivenv1", "bearer"];
const PREFIX_LENGTH: usize = 8;

pub(super) async fn check(
    State(api): State<Api>,
    parameters: RawPathParams,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let address = address(request.extensions());
    let caller = caller(&api, address, request.headers())?;
    let named = |name: &str| {
        parameters
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    };
    if let (Some(project), Some(service)) = (named("project"), named("service")) {
        let route = request.extensions().get::<MatchedPath>();
        let is_management = route.is_some_and(|route| MANAGEMENT.contains(&route.as_str()));
        if !is_management {
            check_address(&api, project, service, address)?;
        }
    }
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

fn caller(api: &Api, address: Option<IpAddr>, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let Some(given) = headers.get(header::AUTHORIZATION) else {
        let is_local = address.is_some_and(|address| address.is_loopback()) && is_no_web_page(headers);
        if api.settings.trusts_loopback && is_local {
            return Ok(Caller {
                email: LOCAL_USER.to_owned(),
                expires_at: None,
            });
        }
        return Err(Refusal::new(
            401,
            "Authentication is required: Authorization: aivenv1 TOKEN",
        ));
    };
    let given = given.to_str().unwrap_or_default();
    let token = given.split_once(' ').and_then(|(scheme, token)| {
        let is_known = SCHEMES.contains(&scheme.to_ascii_lowercase().as_str());
        is_known.then(|| token.trim())
    });
    let token =
        token.ok_or_else(|| Refusal::new(401, "Authorization: expected aivenv1 TOKEN or Bearer TOKEN"))?;
    let known = api
        .manager
        .catalogue
        .read(|tables| tables.get::<Token>(&Token::hash(token)).cloned());
    let known = known.filter(|known| known.expires_at.as_ref().is_none_or(|end| *end > now()));
    let known = known.ok_or_else(|| Refusal::new(401, "Invalid token"))?;
    Ok(Caller {
        email: known.user_email.clone(),
        expires_at: known.expires_at.clone(),
    })
}

/// Whether a call is none that a page of another site made its reader's browser send: those name their origin, or
/// a host of theirs that they let point here.
fn is_no_web_page(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let host = text(header::HOST).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let number = name
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    let is_own = name == "localhost" || number.is_ok_and(|address| address.is_loopback());
    let origin = text(header::ORIGIN).map(|origin| origin.split_once("://").map_or(origin, |(_, host)| host));
    is_own && origin.is_none_or(|origin| origin == host)
}

fn address(extensions: &Extensions) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<Peer>>();
    peer.map(|ConnectInfo(Peer(address))| address.ip().to_canonical())
}

fn check_address(api: &Api, project: &str, service: &str, address: Option<IpAddr>) -> Result<(), Refusal> {
    let key = Service::key(project, service);
    let found = api
        .manager
        .catalogue
        .read(|tables| tables.get::<Service>(&key).cloned());
    match (found, address) {
        (Some(found), Some(address)) if !admits(&found, address) => Err(Refusal::new(
            403,
            format!("The ip_filter of service {service} does not let {address} in"),
        )),
        _ => Ok(()),
    }
}

fn admits(service: &Service, address: IpAddr) -> bool {
    let filter = service.user_config.get("ip_filter");
    filter.is_none_or(|filter| lets_in(filter, address))
}

/// The session clusters whose filters let the caller in: what may be said of all of them together.
pub(super) fn visible(api: &Api, extensions: &Extensions) -> Result<Scope, Refusal> {
    let Some(address) = address(extensions) else {
        return Ok(Scope::All);
    };
    let (hidden, count) = api.manager.catalogue.read(|tables| {
        let clusters = tables
            .all::<Service>()
            .filter(|service| service.service_type == "flink");
        let (visible, hidden): (Vec<_>, Vec<_>) = clusters.partition(|service| admits(service, address));
        let hidden = hidden
            .iter()
            .map(|service| Service::key(&service.project, &service.name));
        (hidden.collect::<BTreeSet<String>>(), visible.len())
    });
    match (hidden.is_empty(), count) {
        (true, _) => Ok(Scope::All),
        (false, 0) => Err(Refusal::new(
            403,
            format!("The ip_filter of no session cluster lets {address} in"),
        )),
        (false, _) => Ok(Scope::Except(hidden)),
    }
}

/// Networks as text, or as `{"network", "description"}`; no list lets everybody in.
fn lets_in(filter: &Value, address: IpAddr) -> bool {
    let Some(networks) = filter.as_array() else {
        return true;
    };
    let mut networks = networks.iter().filter_map(network);
    networks.any(|network| network.contains(&address))
}

/// A network in CIDR notation, or one address.
pub(super) fn network(entry: &Value) -> Option<IpNet> {
    let text = entry.as_str().or_else(|| entry.get("network")?.as_str())?.trim();
    let single = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(single)
}

/// Makes a token; the answer is the only time that it is seen.
pub async fn create_token(
    catalogue: &Catalogue,
    email: &str,
    description: &str,
    expires_at: Option<String>,
) -> Result<(String, Token), Refusal> {
    // Two UUIDs of version 4: 244 random bits.
    let random = || uuid::Uuid::new_v4().simple().to_string();
    let text = format!("{}{}", random(), random());
    let token = register_token(catalogue, &text, email, description, expires_at).await?;
    Ok((text, token))
}

/// Ends earlier tokens of this description: one that was given in their place is to be the only one.
pub async fn replace_tokens(catalogue: &Catalogue, text: &str, description: &str) -> Result<(), Refusal> {
    let current = Token::hash(text);
    catalogue
        .change(|transaction| {
            for token in transaction.all::<Token>() {
                if token.description == description && token.sha256 != current {
                    transaction.delete::<Token>(&token.sha256);
                }
            }
            Ok::<_, Refusal>(())
        })
        .await
}

/// Enough to tell tokens apart, and never more than a quarter of one.
fn shown_prefix(text: &str) -> String {
    let length = PREFIX_LENGTH.min(text.chars().count() / 4);
    text.chars().take(length).collect()
}

/// Takes a token over that the operator has made; one that is known like this is not stored again.
pub async fn register_token(
    catalogue: &Catalogue,
    text: &str,
    email: &str,
    description: &str,
    expires_at: Option<String>,
) -> Result<Token, Refusal> {
    let token = Token {
        sha256: Token::hash(text),
        prefix: shown_prefix(text),
        user_email: email.to_owned(),
        description: description.to_owned(),
        created_at: now(),
        expires_at,
    };
    catalogue
        .change(|transaction| {
            let known = transaction.get::<Token>(&token.sha256).map(|known| Token {
                created_at: known.created_at.clone(),
                ..token.clone()
            });
            let known = known.filter(|same| transaction.get::<Token>(&token.sha256).as_deref() == Some(same));
            Ok::<_, Refusal>(known.unwrap_or_else(|| {
                transaction.put(token.clone());
                token
            }))
        })
        .await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalogue::Lease;

    #[test]
    fn pages_of_other_sites_are_told_apart_from_programs() {
        for (host, origin, expected) in [
            ("127.0.0.1:8080", None, true),
            ("localhost", None, true),
            ("[::1]:8080", None, true),
            ("127.0.0.1:8080", Some("http://127.0.0.1:8080"), true),
            ("127.0.0.1:8080", Some("http://example.org"), false),
            ("127.0.0.1:8080", Some("null"), false),
            ("127.0.0.1.example.org:8080", None, false),
            ("example.org", None, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            assert_eq!(is_no_web_page(&headers), expected, "{host} {origin:?}");
        }
    }

    #[test]
    fn networks_are_text_or_objects() {
        let cases = [
            (json!(["10.0.0.0/8", "::1/128"]), "10.1.2.3", true),
            (json!(["10.0.0.0/8"]), "11.1.2.3", false),
            (
                json!([{"network": "11.1.2.3", "description": "me"}]),
                "11.1.2.3",
                true,
            ),
            (json!(["0.0.0.0/0", "::/0"]), "fe80::1", true),
            (json!([]), "127.0.0.1", false),
            (json!(null), "127.0.0.1", true),
        ];
        for (filter, address, expected) in cases {
            let address = address.parse().expect("an address");
            assert_eq!(lets_in(&filter, address), expected, "{filter} {address}");
        }
    }

    #[tokio::test]
    async fn a_token_in_the_place_of_another_ends_it_and_prefixes_give_none_away() {
        let catalogue = Catalogue::in_memory(Lease::default()).await;
        for (text, description) in [("first", "start"), ("other", "of a user"), ("second", "start")] {
            register_token(&catalogue, text, "a@b", description, None)
                .await
                .expect("stored");
        }
        replace_tokens(&catalogue, "second", "start")
            .await
            .expect("stored");
        let is_known =
            |text: &str| catalogue.read(|tables| tables.get::<Token>(&Token::hash(text)).is_some());
        assert_eq!(["first", "other", "second"].map(is_known), [false, true, true]);
        // A manager starts on a full disk, too.
        let changes = catalogue.changes();
        let register = |description| register_token(&catalogue, "second", "a@b", description, None);
        register("start").await.expect("nothing is to be stored");
        assert!(!changes.has_changed().expect("the catalogue lives"));
        register("another").await.expect("stored");
        assert!(changes.has_changed().expect("the catalogue lives"));
        assert_eq!(shown_prefix("secret12"), "se");
        assert_eq!(shown_prefix(&"x".repeat(64)), "x".repeat(8));
    }
}
