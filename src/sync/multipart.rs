//! The protocol before 2022, which community servers speak: forms of several parts, answers as they
//! are.
//!
//! Anki's own server takes it as well (measured on 26.9.3), and is judged by it in the tests.

use super::failure::Failure;
use super::transport::{Call, Method, Transport, judge};
use super::wire::Wire;

/// Stands between the parts. Payloads are JSON in one line, or an archive: neither holds it in a
/// line of its own.
const BOUNDARY: &str = "deckle-part-7e1c9a40b5f24d8f";

/// The protocol before 2022.
pub(super) struct Multipart;

impl Transport for Multipart {
    fn version(&self) -> u8 {
        10
    }

    fn call(&self, wire: &Wire, call: &Call<'_>) -> Result<Vec<u8>, Failure> {
        let url = call.address.join(&call.method.path());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let answer = wire.post(&url, &[("Content-Type", &kind)], &form(call))?;
        judge(call.method, answer).map(|(body, _)| body)
    }

    fn rows(&self) -> usize {
        250
    }
}

fn form(call: &Call<'_>) -> Vec<u8> {
    // `c` says that the payload is not compressed.
    let mut parts = vec![("c", "0")];
    match call.method {
        Method::Media("begin") => {
            parts.extend([("k", call.key), ("v", super::transport::CLIENT)]);
        }
        Method::Media(_) => parts.push(("sk", call.media_session)),
        Method::Sync(_) => {
            parts.extend([("k", call.key), ("s", call.session)]);
        }
    }
    let mut form = Vec::new();
    for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
        let part = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        form.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"data\"; filename=\"data\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    form.extend_from_slice(head.as_bytes());
    // What the payload says of the client stands in a part of its own; `ankisyncd` fails where it
    // comes twice (measured).
    form.extend_from_slice(match call.method {
        Method::Media("begin") => b"{}",
        _ => call.payload,
    });
    form.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    form
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::address::Address;

    #[test]
    fn a_form_names_who_asks() {
        let check = |method: Method, expect: &[&str], payload: &str| {
            let address = Address::new("http://h/").unwrap();
            let call = Call {
                address: &address,
                method,
                key: "KEY",
                session: "SESSION",
                media_session: "MEDIA",
                payload: b"{\"n\":1}",
            };
            let form = String::from_utf8(form(&call)).unwrap();
            let names = form.split("form-data; name=\"").skip(1);
            let names: Vec<&str> = names.filter_map(|it| it.split('"').next()).collect();
            assert_eq!(names, expect, "{form}");
            let end = format!("\r\n\r\n{payload}\r\n--{BOUNDARY}--\r\n");
            assert!(form.ends_with(&end), "{form}");
        };
        let own = "{\"n\":1}";
        check(Method::Sync("meta"), &["c", "k", "s", "data"], own);
        check(Method::Media("begin"), &["c", "k", "v", "data"], "{}");
        check(Method::Media("mediaChanges"), &["c", "sk", "data"], own);
    }
}
