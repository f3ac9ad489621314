//! The load balancers of AWS besides the certificate: pass-through, and the name in a private zone.

use serde_json::json;

use crate::{
    stand_in::{StandIn, texts},
    world::World,
};

#[test]
fn an_internal_load_balancer_has_a_name_in_a_private_zone() {
    let world = World::with_authority("p256");
    world.ok("issue server app --san app.internal.example.com --san '*.apps.internal.example.com' --key p256");
    let aws = StandIn::aws(world.folder());
    let zone = aws.about["zone"].as_str().unwrap();
    let script = "cloud/app.aws-route53.sh";
    world.ok(&format!(
        "render aws-route53 app --out cloud --set load_balancer=inside --set zone_id={zone}"
    ));
    let said = aws.ok(&world, script);
    assert!(!said.contains("note:"), "{said}");
    let state = aws.state();
    let balancer = &aws.about["load_balancers"]["inside"];
    let records = state["records"].as_array().unwrap();
    let mut names = Vec::new();
    for record in records {
        names.push(record["name"].as_str().unwrap().replace("\\052", "*"));
        assert_eq!(
            (&record["zone"], &record["type"]),
            (&json!(zone), &json!("A"))
        );
        assert_eq!(record["alias"]["HostedZoneId"], balancer["zone"]);
        assert_eq!(
            record["alias"]["DNSName"]
                .as_str()
                .unwrap()
                .trim_end_matches('.'),
            balancer["dns"].as_str().unwrap()
        );
    }
    names.sort();
    assert_eq!(
        names,
        ["*.apps.internal.example.com.", "app.internal.example.com."]
    );

    // Then it leads elsewhere.
    let asked = texts(&state["asked"]).len();
    world.ok(&format!(
        "render aws-route53 app --out cloud --replace --set load_balancer=web --set zone_id={zone} \
         --set names=app.internal.example.com"
    ));
    let said = aws.ok(&world, script);
    assert!(
        said.contains(
            "note: the zone internal.example.com is private, and web has public addresses"
        ),
        "{said}"
    );
    let state = aws.state();
    assert_eq!(texts(&state["asked"]).len(), asked + 1);
    let moved: Vec<_> = state["records"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["name"] == json!("app.internal.example.com."))
        .collect();
    assert_eq!(moved.len(), 1);
    assert!(
        moved[0]["alias"]["DNSName"]
            .as_str()
            .unwrap()
            .starts_with("web-"),
        "{moved:?}"
    );

    // A name outside of the zone is no record of it.
    world.ok(&format!(
        "render aws-route53 app --out cloud --replace --set load_balancer=inside --set zone_id={zone} \
         --set names=app.internal.example.org"
    ));
    let told = aws.run(&world, script, &[]);
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr
            .contains("is not in the zone internal.example.com"),
        "{told:#?}"
    );
}

#[test]
fn network_and_classic_load_balancers_pass_tcp_through() {
    let world = World::with_authority("p256");
    world.ok("issue server mtls --san www.example.com --key p256");
    let aws = StandIn::aws(world.folder());
    world.ok("render aws-nlb mtls --out cloud --set load_balancer=tcp --set targets=10.0.1.11");
    world.ok("render aws-clb mtls --out cloud --set load_balancer=classic");
    // A load balancer that ends TLS is no place for this.
    world.ok("render aws-nlb mtls --out wrong --set load_balancer=web");
    let told = aws.run(&world, "wrong/mtls.aws-nlb.sh", &[]);
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("a network load balancer is needed"),
        "{told:#?}"
    );

    aws.ok(&world, "cloud/mtls.aws-nlb.sh");
    let state = aws.state();
    let group = &state["target_groups"]["mtls-tcp"];
    assert_eq!(
        (&group["protocol"], &group["health_protocol"]),
        (&json!("TCP"), &json!("TCP"))
    );
    assert_eq!(group["targets"], json!(["10.0.1.11:443"]));
    let listener = &state["listeners"][0];
    assert_eq!(
        (
            &listener["load_balancer"],
            &listener["protocol"],
            &listener["port"],
            &listener["certificates"]
        ),
        (&json!("tcp"), &json!("TCP"), &json!(443), &json!([]))
    );
    assert_eq!(listener["target_groups"], json!([group["arn"].clone()]));
    aws.ok(&world, "cloud/mtls.aws-clb.sh");
    let classic = &aws.state()["classic"]["classic"];
    assert_eq!(
        classic["listeners"],
        json!([["HTTP", 80, "HTTP", 80], ["TCP", 443, "TCP", 443]])
    );
    assert_eq!(classic["health"], json!("TCP:443"));

    // What is right already is left alone, and what is registered.
    world.ok(
        "render aws-clb mtls --out cloud --replace --set load_balancer=classic --set targets=i-1,i-2",
    );
    let said = aws.ok(&world, "cloud/mtls.aws-clb.sh");
    assert!(said.contains("register i-1 i-2"), "{said}");
    let asked = texts(&aws.state()["asked"]).len();
    for script in ["cloud/mtls.aws-clb.sh", "cloud/mtls.aws-nlb.sh"] {
        let said = aws.ok(&world, script);
        assert!(said.contains("passes TCP through"), "{said}");
        assert!(!said.contains("register"), "{said}");
    }
    assert_eq!(texts(&aws.state()["asked"]).len(), asked);
    world.ok(
        "render aws-clb mtls --out other --set load_balancer=classic --set port=8443 \
         --set target_port=8443 --set targets=i-2,i-3",
    );
    let said = aws.ok(&world, "other/mtls.aws-clb.sh");
    for part in [
        "check the health of port 8443 by TCP, where it was TCP:443",
        "register i-3\n",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(
        aws.state()["classic"]["classic"]["health"],
        json!("TCP:8443")
    );

    // Connections that go to another target group are not led away from it.
    let before = aws.state();
    world.ok("render aws-nlb mtls --out elsewhere --set load_balancer=tcp --set target_group=new");
    let told = aws.run(&world, "elsewhere/mtls.aws-nlb.sh", &[]);
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr
            .contains("on port 443 passes connections on to mtls-tcp and not to new"),
        "{told:#?}"
    );
    assert_eq!(aws.state(), before);
    world.ok(
        "render aws-nlb mtls --out elsewhere --replace --set load_balancer=tcp \
         --set target_group=new --set port=8443",
    );
    aws.ok(&world, "elsewhere/mtls.aws-nlb.sh");
    let state = aws.state();
    assert_eq!(
        state["listeners"][1]["target_groups"],
        json!([state["target_groups"]["new"]["arn"].clone()])
    );
}
