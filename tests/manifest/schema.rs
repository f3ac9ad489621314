//! `docs/pki.schema.json`, asked through Python's jsonschema.

use std::{collections::BTreeSet, fs};

use certmint::manifest::known_keys;
use serde_json::Value;

use super::{project, toml_files};
use crate::world::World;

fn schema() -> Value {
    let text = fs::read_to_string(project().join("docs/pki.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The part of the schema that describes a table of the manifest.
fn part<'s>(schema: &'s Value, table: &str) -> &'s Value {
    let (first, rest) = table.split_once('.').unwrap_or((table, ""));
    let mut part = match first {
        "defaults" => &schema["properties"]["defaults"],
        "ca" => &schema["$defs"]["ca"],
        _ => &schema["$defs"]["certificate"],
    };
    for step in rest.split('.').filter(|step| !["", "NAME"].contains(step)) {
        part = &part["properties"][step];
    }
    match &part["oneOf"] {
        Value::Array(forms) => forms.iter().find(|form| form["type"] == "object").unwrap(),
        _ => part,
    }
}

#[test]
fn the_schema_and_the_parser_know_the_same_keys() {
    let schema = schema();
    for table in known_keys() {
        let described: BTreeSet<&str> = part(&schema, table.table)["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let known: BTreeSet<&str> = table.keys.iter().copied().collect();
        assert_eq!(described, known, "{}", table.table);
    }
}

#[test]
fn every_key_is_described() {
    fn look(place: &str, value: &Value, wrong: &mut Vec<String>) {
        if let Some(properties) = value["properties"].as_object() {
            for (key, property) in properties {
                if !property["description"].is_string() {
                    wrong.push(format!("{place}.{key}"));
                }
                look(&format!("{place}.{key}"), property, wrong);
            }
        }
    }
    let schema = schema();
    let mut wrong = Vec::new();
    look("", &schema, &mut wrong);
    look("ca", &schema["$defs"]["ca"], &mut wrong);
    look("certificate", &schema["$defs"]["certificate"], &mut wrong);
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Prints the names of the manifests that the schema accepts.
const VALIDATE: &str = "
import json, sys, tomllib, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for file in sys.argv[2:]:
    try:
        document = tomllib.load(open(file, 'rb'))
    except tomllib.TOMLDecodeError:
        continue
    if validator.is_valid(document):
        print(file.split('/')[-1].removesuffix('.toml'))
";

fn accepted(folder: &str) -> Vec<String> {
    let files = toml_files(folder);
    let schema = project().join("docs/pki.schema.json");
    let arguments: Vec<&str> = std::iter::once(&schema)
        .chain(&files)
        .map(|path| path.to_str().unwrap())
        .collect();
    let world = World::new();
    let said = world.python(VALIDATE, &arguments);
    said.lines().map(str::to_owned).collect()
}

#[test]
fn the_schema_accepts_every_template() {
    assert_eq!(
        accepted("templates/manifests").len(),
        toml_files("templates/manifests").len()
    );
}

/// A schema cannot know what only the whole manifest or a value's own type tells.
const BEYOND_A_SCHEMA: &[&str] = &[
    "a_client_without_anything",
    "a_peer_with_a_mail_address_only",
    "a_server_without_a_name",
    "ca_not_said",
    "ca_that_is_not_there",
    "circle_and_ca_not_said",
    "constraint_that_is_none",
    "export_to_one_file_twice",
    "intermediate_beyond_its_issuer",
    "issuer_that_is_misspelt",
    "issuers_in_a_circle",
    "life_beyond_the_issuer",
    "life_that_apple_refuses",
    "name_of_another_kind",
    "name_outside_of_the_constraints",
    "name_that_is_no_folder",
    "name_that_is_no_host",
    "name_twice",
    "names_that_differ_in_case",
    "no_ca",
    "reload_of_haproxy_into_one_file",
    "renewal_longer_than_life",
    "server_and_client_of_one_name",
    "subject_and_its_parts",
    "target_of_a_ca_that_is_not_there",
    "targets_that_are_called_alike",
    "too_many_levels",
    "white_space_around",
];

#[test]
fn the_schema_refuses_what_is_wrong() {
    assert_eq!(accepted("tests/manifest/wrong"), BEYOND_A_SCHEMA);
}
