//! Apple's configuration profiles (`.mobileconfig`), which macOS, iOS, iPadOS, tvOS and visionOS
//! install certificates from.
//!
//! A property list in XML (Apple, *Configuration Profile Reference*: `com.apple.security.root`,
//! `com.apple.security.pkcs1`, `com.apple.security.pkcs12`). The profile is not signed: who installs
//! it compares the fingerprint. The same content gives the same octets, and the same identifiers,
//! so that a profile that is installed again takes the place of the earlier one.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// How long the lines of base64 are, as Apple writes them.
const LINE: usize = 68;

/// A profile to write.
#[derive(Debug)]
pub struct Profile<'text> {
    /// What the system calls it; with [`Self::reverse_name`] the same for every edition of it.
    pub name: &'text str,
    /// What it is for, in a sentence.
    pub description: &'text str,
    /// Whose it is.
    pub organization: Option<&'text str>,
    /// Its name in the form of a host name from the right, such as `certmint.trust.ca`.
    pub reverse_name: &'text str,
    /// Whether it is for the whole computer; else for one user (macOS: `PayloadScope`).
    pub is_for_all_users: bool,
    /// What it installs, in order.
    pub payloads: Vec<Payload<'text>>,
}

/// A thing that a profile installs.
#[derive(Debug)]
pub struct Payload<'text> {
    /// What kind of thing.
    pub kind: PayloadKind,
    /// What the system calls it.
    pub name: String,
    /// The name of the file that it would be.
    pub file_name: String,
    /// The octets that are installed.
    pub content: &'text [u8],
    /// The octets that its identifier comes from: the DER of the certificate, because a PKCS#12 file
    /// is other octets each time.
    pub identity: &'text [u8],
}

/// The kinds of payloads that certificates are installed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadKind {
    /// A root CA in DER, which is trusted from then on (on iOS after one more switch).
    Root,
    /// An intermediate CA in DER.
    Intermediate,
    /// A key with its certificate, PKCS#12. Its password is asked for when it is installed.
    Identity,
}

impl PayloadKind {
    fn apple_name(self) -> &'static str {
        match self {
            Self::Root => "com.apple.security.root",
            Self::Intermediate => "com.apple.security.pkcs1",
            Self::Identity => "com.apple.security.pkcs12",
        }
    }
}

/// The profile as a property list in XML.
pub fn write(profile: &Profile<'_>) -> String {
    let mut list = PropertyList::new();
    list.open("dict");
    list.key("PayloadContent");
    list.open("array");
    for payload in &profile.payloads {
        let uuid = uuid(payload.kind.apple_name(), &[payload.identity]);
        list.open("dict");
        list.string("PayloadCertificateFileName", &payload.file_name);
        list.data("PayloadContent", payload.content);
        list.string("PayloadDisplayName", &payload.name);
        list.string(
            "PayloadIdentifier",
            &format!("{}.{uuid}", payload.kind.apple_name()),
        );
        list.string("PayloadType", payload.kind.apple_name());
        list.string("PayloadUUID", &uuid);
        list.integer("PayloadVersion", 1);
        list.close("dict");
    }
    list.close("array");
    list.string("PayloadDescription", profile.description);
    list.string("PayloadDisplayName", profile.name);
    list.string("PayloadIdentifier", profile.reverse_name);
    if let Some(organization) = profile.organization {
        list.string("PayloadOrganization", organization);
    }
    list.boolean("PayloadRemovalDisallowed", false);
    list.string(
        "PayloadScope",
        if profile.is_for_all_users {
            "System"
        } else {
            "User"
        },
    );
    list.string("PayloadType", "Configuration");
    let parts: Vec<&[u8]> = profile
        .payloads
        .iter()
        .map(|payload| payload.identity)
        .collect();
    list.string("PayloadUUID", &uuid(profile.reverse_name, &parts));
    list.integer("PayloadVersion", 1);
    list.close("dict");
    list.end()
}

/// A UUID of version 8 (RFC 9562 §5.8) from a name and octets: the same ones give the same.
fn uuid(name: &str, parts: &[&[u8]]) -> String {
    let mut all = name.as_bytes().to_vec();
    for part in parts {
        all.extend(digest(&SHA256, part).as_ref());
    }
    let hash = digest(&SHA256, &all);
    let mut octets = [0_u8; 16];
    for (octet, hashed) in octets.iter_mut().zip(hash.as_ref()) {
        *octet = *hashed;
    }
    let mut number = u128::from_be_bytes(octets);
    number = number & !(0xf << 76) | (8 << 76);
    number = number & !(0b11 << 62) | (0b10 << 62);
    let text = format!("{number:032X}");
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    for length in [8, 4, 4, 4, 12] {
        let (part, after) = rest.split_at(length);
        parts.push(part);
        rest = after;
    }
    parts.join("-")
}

/// An XML property list under construction.
struct PropertyList {
    text: String,
    depth: usize,
}

impl PropertyList {
    fn new() -> Self {
        Self {
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
                \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
                <plist version=\"1.0\">\n"
                .to_owned(),
            depth: 0,
        }
    }

    fn line(&mut self, content: &str) {
        self.text.extend(std::iter::repeat_n('\t', self.depth));
        self.text.push_str(content);
        self.text.push('\n');
    }

    fn open(&mut self, element: &str) {
        self.line(&format!("<{element}>"));
        self.depth += 1;
    }

    fn close(&mut self, element: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.line(&format!("</{element}>"));
    }

    fn key(&mut self, key: &str) {
        self.line(&format!("<key>{key}</key>"));
    }

    fn string(&mut self, key: &str, value: &str) {
        self.key(key);
        self.line(&format!("<string>{}</string>", escaped(value)));
    }

    fn integer(&mut self, key: &str, value: u32) {
        self.key(key);
        self.line(&format!("<integer>{value}</integer>"));
    }

    fn boolean(&mut self, key: &str, value: bool) {
        self.key(key);
        self.line(if value { "<true/>" } else { "<false/>" });
    }

    fn data(&mut self, key: &str, octets: &[u8]) {
        self.key(key);
        self.line("<data>");
        let base64 = STANDARD.encode(octets);
        let mut rest = base64.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(LINE));
            self.line(line);
            rest = after;
        }
        self.line("</data>");
    }

    fn end(mut self) -> String {
        self.text.push_str("</plist>\n");
        self.text
    }
}

/// Text of XML 1.0: what means something is escaped, and what may not be there at all is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' | '\n' | '\r' => {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_of_version_8_and_repeat() {
        let one = uuid("a", &[b"b"]);
        assert_eq!(one, uuid("a", &[b"b"]));
        assert_ne!(one, uuid("a", &[b"c"]));
        assert_ne!(one, uuid("b", &[b"b"]));
        let letters: Vec<char> = one.chars().collect();
        assert_eq!(one.len(), 36);
        assert_eq!(letters[14], '8');
        assert!("89AB".contains(letters[19]), "{one}");
    }

    #[test]
    fn text_cannot_leave_its_element() {
        assert_eq!(
            escaped("</string>&\u{0}\u{b}\n"),
            "&lt;/string&gt;&amp;\u{fffd}\u{fffd}&#10;"
        );
    }
}
