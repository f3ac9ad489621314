//! `export p12 --show-openssl`

use crate::desk::{desk_with_ca, openssl};

#[test]
fn pkcs12_files() {
    let desk = desk_with_ca("p256");
    let intermediate = [
        "--issuer",
        "ca",
        "--cn",
        "Two",
        "--key",
        "p256",
        "--no-passphrase",
    ];
    desk.prepare(&[&["ca", "intermediate", "two"], &intermediate[..]].concat());
    desk.prepare(&[
        "issue", "client", "client01", "--key", "p256", "--ca", "two",
    ]);
    desk.write("pass", "correct horse\n");
    let password = ["--password-file", "pass"];
    let cases: [(&str, &[&str]); 3] = [
        ("modern.p12", &[]),
        (
            "a b.p12",
            &["--friendly-name", "O'Neill $(touch pwned) 日本"],
        ),
        ("legacy.p12", &["--for", "legacy"]),
    ];
    for (out, flags) in cases {
        desk.run(
            &[
                &["export", "p12", "client01", "--out", out],
                &password[..],
                flags,
            ]
            .concat(),
        );
        let [ours, theirs] = [desk.ours(), desk.theirs()].map(|folder| {
            let read = [
                "pkcs12",
                "-in",
                out,
                "-passin",
                "file:pass",
                "-nodes",
                "-info",
            ];
            let shown = openssl(&folder, &read);
            let mut lines: Vec<String> = shown
                .lines()
                .filter(|line| !line.contains("Salt") && !line.contains("salt length"))
                // certmint's salt is longer.
                .map(|line| line.split(", length:").next().unwrap_or(line).to_owned())
                .collect();
            lines.sort();
            lines
        });
        assert_eq!(theirs, ours, "{out}");
    }
}
