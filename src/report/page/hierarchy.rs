//! The hierarchy, drawn from left to right: CAs, and the certificates that they signed.

use std::collections::HashMap;

use serde::Serialize;

use super::fitted;
use super::tone::{Tone, Tones};
use crate::authority::status::{AuthorityState, Holding, Holdings, Standing, Status};
use crate::store::{AuthorityId, CertificateKind};
use crate::x509::escape_control;

/// More CAs make the drawing too large to read.
const MOST_AUTHORITIES: usize = 40;
/// A CA with more certificates has one box for all of them.
const MOST_CERTIFICATES: usize = 8;
/// Deeper than any path that is validated.
const DEEPEST: usize = 16;

// In CSS pixels.
const COLUMN: usize = 290;
const BOX: usize = 236;
const AUTHORITY_HEIGHT: usize = 68;
const SUMMARY_HEIGHT: usize = 50;
const CERTIFICATE_HEIGHT: usize = 28;
const GAP: usize = 10;
/// How many characters of 13 pixels are sure to fit into a box.
const LETTERS: usize = 28;

#[derive(Serialize, Default)]
pub(super) struct Drawing {
    width: usize,
    height: usize,
    description: String,
    edges: Vec<String>,
    boxes: Vec<Node>,
    left_out: Option<String>,
}

#[derive(Serialize)]
struct Node {
    shape: &'static str,
    tone: Tone,
    tip: String,
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    radius: usize,
    lines: Vec<Line>,
    mark: Option<Point>,
}

#[derive(Serialize)]
struct Line {
    style: &'static str,
    x: usize,
    y: usize,
    text: String,
}

#[derive(Serialize)]
struct Point {
    x: usize,
    y: usize,
}

/// What is drawn, and where the pen is.
struct Pen<'status> {
    children: HashMap<Option<AuthorityId>, Vec<&'status AuthorityState>>,
    certificates: HashMap<AuthorityId, Vec<&'status Holding>>,
    /// Whether every certificate is known by name.
    is_complete: bool,
    tones: &'status Tones<'status>,
    drawing: Drawing,
    drawn: usize,
    y: usize,
}

pub(super) fn drawing(status: &Status, holdings: &Holdings, tones: &Tones<'_>) -> Drawing {
    let mut children: HashMap<Option<AuthorityId>, Vec<&AuthorityState>> = HashMap::new();
    for authority in &status.authorities {
        children
            .entry(authority.parent)
            .or_default()
            .push(authority);
    }
    let mut certificates: HashMap<AuthorityId, Vec<&Holding>> = HashMap::new();
    for certificate in &holdings.certificates {
        if let (Some(issuer), None) = (certificate.issuer, &certificate.revoked) {
            certificates.entry(issuer).or_default().push(certificate);
        }
    }
    let mut pen = Pen {
        children,
        certificates,
        is_complete: holdings.left_out == 0,
        tones,
        drawing: Drawing::default(),
        drawn: 0,
        y: 1,
    };
    for root in pen.children.get(&None).cloned().unwrap_or_default() {
        pen.authority(root, 0);
        pen.y += GAP;
    }
    let more = status.authorities.len().saturating_sub(pen.drawn);
    let mut drawing = pen.drawing;
    drawing.height = pen.y;
    drawing.description = format!(
        "{} CAs with {} certificates in use; the entries below say the same in words",
        status.authorities.len(),
        status.authorities.iter().map(|one| one.in_use).sum::<u64>()
    );
    drawing.left_out = (more > 0).then(|| {
        format!("{more} more CAs are not drawn; the list of certification authorities has them.")
    });
    drawing
}

impl Pen<'_> {
    /// Draws a CA and all below it; gives the middle of its left side.
    fn authority(&mut self, authority: &AuthorityState, level: usize) -> Option<Point> {
        if self.drawn >= MOST_AUTHORITIES || level >= DEEPEST {
            return None;
        }
        self.drawn += 1;
        let top = self.y;
        let position = self.drawing.boxes.len();
        let x = 1 + level * COLUMN;
        let mut ends = self.certificates_of(authority, level + 1);
        for child in self
            .children
            .get(&Some(authority.id))
            .cloned()
            .unwrap_or_default()
        {
            ends.extend(self.authority(child, level + 1));
        }
        // Its box stands in the middle of what is below it.
        let bottom = self.y.max(top + AUTHORITY_HEIGHT + GAP);
        let y = top + (bottom - GAP - top).saturating_sub(AUTHORITY_HEIGHT) / 2;
        self.y = bottom;
        let middle = y + AUTHORITY_HEIGHT / 2;
        for end in ends {
            let from = x + BOX;
            let bend = from + (end.x - from) / 2;
            self.drawing.edges.push(format!(
                "M{from} {middle} C{bend} {middle} {bend} {} {} {}",
                end.y, end.x, end.y
            ));
        }
        let text = |style, line, text: String| Line {
            style,
            x: x + 14,
            y: y + line,
            text,
        };
        let node = Node {
            shape: "authority",
            tone: self.tones.of_authority(authority),
            tip: escape_control(&authority.subject),
            x,
            y,
            width: BOX,
            height: AUTHORITY_HEIGHT,
            radius: 9,
            lines: vec![
                text("strong", 22, fitted(authority.title(), LETTERS - 2)),
                text("", 40, fitted(&authority.common_name, LETTERS)),
                text(
                    "small",
                    57,
                    match authority.standing {
                        Standing::Current => {
                            format!("{} · until {}", authority.key, authority.not_after.date())
                        }
                        other => format!("{} · {}", authority.key, other.word()),
                    },
                ),
            ],
            mark: None,
        };
        self.drawing.width = self.drawing.width.max(x + BOX + 1);
        self.drawing.boxes.insert(position, node);
        Some(Point { x, y: middle })
    }

    fn certificates_of(&mut self, authority: &AuthorityState, level: usize) -> Vec<Point> {
        let certificates = self
            .certificates
            .get(&authority.id)
            .cloned()
            .unwrap_or_default();
        let few = authority.in_use <= u64::try_from(MOST_CERTIFICATES).unwrap_or(u64::MAX);
        if few && certificates.len() <= MOST_CERTIFICATES {
            return certificates
                .into_iter()
                .map(|certificate| self.certificate(certificate, level))
                .collect();
        }
        vec![self.summary(authority, &certificates, level)]
    }

    fn certificate(&mut self, certificate: &Holding, level: usize) -> Point {
        let tone = self.tones.of_certificate(certificate);
        let life = self.tones.life(certificate.not_after);
        let tip = format!("{}: {life}", escape_control(certificate.title()));
        let (x, y) = self.place(level, CERTIFICATE_HEIGHT);
        let middle = y + CERTIFICATE_HEIGHT / 2;
        self.drawing.boxes.push(Node {
            shape: "certificate",
            tone,
            tip,
            x,
            y,
            width: BOX,
            height: CERTIFICATE_HEIGHT,
            radius: CERTIFICATE_HEIGHT / 2,
            lines: vec![Line {
                style: "",
                x: x + 27,
                y: middle + 4,
                text: fitted(certificate.title(), LETTERS - 1),
            }],
            mark: Some(Point {
                x: x + 15,
                y: middle,
            }),
        });
        Point { x, y: middle }
    }

    fn summary(
        &mut self,
        authority: &AuthorityState,
        certificates: &[&Holding],
        level: usize,
    ) -> Point {
        let (x, y) = self.place(level, SUMMARY_HEIGHT);
        let tones: Vec<Tone> = certificates
            .iter()
            .map(|certificate| self.tones.of_certificate(certificate))
            .collect();
        let count = |tone| tones.iter().filter(|one| **one == tone).count();
        let (bad, soon) = (count(Tone::Bad), count(Tone::Soon));
        let tone = match (bad, soon) {
            (0, 0) => Tone::Ok,
            (0, _) => Tone::Soon,
            (_, _) => Tone::Bad,
        };
        let health = match (bad, soon) {
            (0, 0) => "none ends soon".to_owned(),
            (0, _) => format!("{soon} end soon"),
            (_, 0) => format!("{bad} expired"),
            (_, _) => format!("{bad} expired, {soon} end soon"),
        };
        let text = |line, style, text| Line {
            style,
            x: x + 27,
            y: y + line,
            text,
        };
        self.drawing.boxes.push(Node {
            shape: "summary",
            tone,
            tip: format!("{} certificates in use", authority.in_use),
            x,
            y,
            width: BOX,
            height: SUMMARY_HEIGHT,
            radius: 9,
            lines: vec![
                text(
                    21,
                    "",
                    fitted(&self.kinds(authority, certificates), LETTERS),
                ),
                text(38, "small", health),
            ],
            mark: Some(Point {
                x: x + 15,
                y: y + 17,
            }),
        });
        Point {
            x,
            y: y + SUMMARY_HEIGHT / 2,
        }
    }

    /// `40 servers, 8 clients`, or their number alone where not all are known.
    fn kinds(&self, authority: &AuthorityState, certificates: &[&Holding]) -> String {
        if !self.is_complete {
            return format!("{} certificates", authority.in_use);
        }
        let kinds = [
            (CertificateKind::Server, "server"),
            (CertificateKind::Client, "client"),
            (CertificateKind::Peer, "peer"),
        ];
        let counted = kinds.iter().filter_map(|(kind, word)| {
            let certificates = certificates.iter();
            let count = certificates.filter(|one| one.kind == *kind).count();
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {word}{plural}"))
        });
        counted.collect::<Vec<_>>().join(", ")
    }

    /// Room for a box in a column, below what is drawn.
    fn place(&mut self, level: usize, height: usize) -> (usize, usize) {
        let place = (1 + level * COLUMN, self.y);
        self.y += height + GAP;
        self.drawing.width = self.drawing.width.max(place.0 + BOX + 1);
        place
    }
}
