//! What has certmint run every day: systemd judges its units, a shell runs cron's line.

use crate::{lab, world::World};

#[test]
fn systemd_accepts_the_units() {
    let world = World::with_authority("p256");
    world.write("pass", "secret0\n");
    world.write(
        "pki.toml",
        "[ca.ca]\ncommon_name = 'testca.com'\nkey = 'p256'\npassphrase = 'none'\n\
         [server.flb]\nsan = ['flb.example.com']\nexport.der = { file = 'out/flb.cer' }\n\
         reload = { haproxy = '/run/a.sock', certificate = '/etc/haproxy/flb.pem' }\n",
    );
    for (unit, file) in [
        ("systemd-service", "certmint-renew.service"),
        ("systemd-timer", "certmint-renew.timer"),
    ] {
        let line = format!(
            "renew --print {unit} --passphrase-file pass --reload 'systemctl reload \"my nginx\" $X 100%'"
        );
        world.write(file, world.ok(&line).stdout);
    }
    let verified =
        world.judge("systemd-analyze verify ./certmint-renew.service ./certmint-renew.timer");
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    assert!(verified.status.success(), "{said}");
    // It is quiet about what is right.
    let complaints: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("certmint-renew"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");

    let service = world.read_text("certmint-renew.service");
    let command = service
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="))
        .unwrap();
    assert!(
        command.contains("/pki renew --passphrase-file /"),
        "{command}"
    );
    assert!(
        command.contains(r#""systemctl reload \"my nginx\" $$X 100%%""#),
        "{command}"
    );
    let writable = service
        .lines()
        .find_map(|line| line.strip_prefix("ReadWritePaths="))
        .unwrap();
    assert!(writable.contains(" -/etc/haproxy"), "{writable}");
    assert!(writable.ends_with("/out"), "{writable}");
    let timer = world.read_text("certmint-renew.timer");
    for line in [
        "OnCalendar=daily",
        "Persistent=true",
        "RandomizedDelaySec=6h",
    ] {
        assert!(timer.lines().any(|other| other == line), "{timer}");
    }

    // Its rating of what a service can do to the machine: 10 is everything.
    let rated = world
        .judge("systemd-analyze security --offline=true --threshold=60 ./certmint-renew.service");
    let said = String::from_utf8_lossy(&rated.stdout).into_owned();
    assert!(rated.status.success(), "{said}");
}

#[test]
fn the_line_of_cron_does_what_it_says() {
    let world = World::new();
    let folder = world.path("it's 100% \"a\" $HOME");
    std::fs::create_dir(&folder).unwrap();
    lab::due(&folder.join("pki"), &["flb"]);
    let mut command =
        world.command("renew --print cron --reload 'echo \"$CERTMINT_NAMES 100%\" > told'");
    let output = command.current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let table = String::from_utf8(output.stdout).unwrap();
    let line = table
        .lines()
        .find(|line| line.starts_with("17 4 * * *"))
        .unwrap();
    let command = line.split_once("root  ").unwrap().1;
    // An unescaped % would end the command (crontab(5)).
    assert!(!command.replace("\\%", "").contains('%'), "{command}");
    let mut shell = crate::judge::command("sh");
    shell
        .args(["-c", &command.replace("\\%", "%")])
        .current_dir("/");
    crate::judge::ok(shell);
    let told = std::fs::read_to_string(folder.join("told")).unwrap();
    assert_eq!(told, "flb 100%\n");
    assert_eq!(lab::generation(&folder.join("pki"), "flb"), 2);
}

#[test]
fn what_cannot_be_written_into_a_unit_is_refused() {
    let world = World::with_authority("p256");
    for file in ["systemd-service", "cron"] {
        let told = world.refused(&format!("renew --print {file} --reload 'a\nb'"));
        assert!(told.stderr.contains("control character"), "{told:#?}");
    }
    let told = world.run("renew --print cron --passphrase-file -");
    assert_eq!(told.code, 2, "{told:#?}");
}
