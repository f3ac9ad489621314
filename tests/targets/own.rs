//! Targets of the user's own.

use crate::world::World;

const DEFINITION: &str = "title = 'Mine'\nabout = 'my own server'\n\
    [[variable]]\nname = 'text'\nabout = 'any text'\nkind = 'text'\n\
    [[file]]\npath = '{{ name }}.ini'\ntemplate = 'a.j2'\nlanguage = 'shell'\nabout = 'its file'\n";

#[test]
fn a_target_of_ones_own_comes_before_ours() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    world.ok("target show nginx --out elsewhere/nginx");
    world.ok("target show nginx --out pki/templates/nginx");
    let template = world.read_text("pki/templates/nginx/site.conf.j2");
    world.write(
        "pki/templates/nginx/site.conf.j2",
        format!("# mine\n{template}"),
    );
    assert!(world.ok("render nginx flb").stdout.starts_with("# mine\n"));
    let ours = world.ok("render nginx flb --templates elsewhere").stdout;
    assert!(!ours.contains("# mine"), "{ours}");
    let listed = world.json("target list");
    let nginx = listed["targets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|target| target["name"] == "nginx")
        .unwrap();
    assert_eq!(nginx["own"], "pki/templates/nginx");
}

/// Each fault of a target of one's own is told with its file and line.
#[test]
fn faults_are_told_with_their_place() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    std::fs::create_dir_all(world.path("pki/templates/mine")).unwrap();
    for (definition, template, told) in [
        (
            DEFINITION,
            "a\n{{ txt }}\n",
            "mine/a.j2: it uses txt, which target.toml does not declare",
        ),
        (
            DEFINITION,
            "a\n{{ certificate.txt }}\n",
            "mine/a.j2:2: certificate.txt: there is no such value",
        ),
        (
            DEFINITION,
            "a\n{{ certificate.key_pem }}\n",
            "mine/a.j2:2: certificate.key_pem: there is no such value",
        ),
        (DEFINITION, "{% if %}\n", "mine/a.j2:1: "),
        (
            DEFINITION,
            "{{ certificate.dns_names }}\n",
            "a sequence cannot be written into shell",
        ),
        (DEFINITION, "{{ text | pem }}\n", "this is not PEM"),
        ("title = 1", "", "pki/templates/mine/target.toml:1: "),
        (
            "title = 'a'\nabut = 'b'",
            "",
            "pki/templates/mine/target.toml:2: unknown field",
        ),
        (
            &DEFINITION.replace("'a.j2'", "'b.j2'"),
            "",
            "mine/b.j2: is not there",
        ),
        (
            &DEFINITION.replace("'text'\nabout", "'name'\nabout"),
            "",
            "name is filled by certmint",
        ),
        (
            &DEFINITION.replace("kind = 'text'", "kind = 'port'\ndefault = 'x'"),
            "",
            "the default of text",
        ),
        (
            &DEFINITION.replace("{{ name }}.ini", "../{{ name }}"),
            "x\n",
            "is no name for a file",
        ),
        (
            &DEFINITION.replace("{{ name }}.ini", "{{ text }}"),
            "x\n",
            "is no name for a file",
        ),
    ] {
        world.write("pki/templates/mine/target.toml", definition);
        world.write("pki/templates/mine/a.j2", template);
        let refused = world.run("render mine flb --set text=/etc/passwd");
        assert_eq!(refused.code, 1, "{definition}\n{template}\n{refused:#?}");
        assert!(refused.stderr.contains(told), "{told}\n{refused:#?}");
        assert_eq!(refused.stderr.trim_end().lines().count(), 1, "{refused:#?}");
        assert!(refused.stdout.is_empty());
    }
}
