//! The page of stored data: it has each store of the template, and each attribute of the code.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{document, first_column};

/// Types of the template's resources that store something.
const STORES: [&str; 5] = [
    "AWS::DynamoDB::Table",
    "AWS::Events::EventBus",
    "AWS::Logs::LogGroup",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
];
/// The name of the secret of Pluggy, which is no resource of the template.
const PLUGGY_SECRET: &str = "PluggySecretName";
const TABLES: [&str; 4] = ["ItemTable", "EventTable", "LimitTable", "CredentialTable"];
/// Constants of the store that have the form of an attribute's name: indexes, names of events, and a field of a body.
const NO_ATTRIBUTES: [&str; 6] = [
    "BY_OWNER",
    "BY_NEXT_FETCH",
    "FETCH",
    "HINT",
    "DISCONNECTED",
    "CLIENT_USER_ID",
];
/// Actions that return a row. An update may return it, too.
const READS: [&str; 5] = [
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
];

#[test]
fn every_store_of_the_template_is_described() {
    let template = template();
    let resources = template["Resources"].as_object().unwrap().iter();
    let stores = resources
        .filter(|(_, resource)| STORES.contains(&resource["Type"].as_str().unwrap_or_default()));
    let mut stores: BTreeSet<String> = stores.map(|(id, _)| id.clone()).collect();
    assert!(stores.len() > 15, "{stores:?}");
    stores.insert(PLUGGY_SECRET.to_owned());

    let described = first_column(&document("reference/data.md"), "| Store | Personal data");

    assert_eq!(described, stores);
}

#[test]
fn every_attribute_of_the_store_is_described_in_its_table() {
    let page = document("reference/data.md");
    let fields: BTreeMap<_, _> = TABLES
        .iter()
        .map(|table| {
            let header = format!("| Field of {table} | Personal |");
            (*table, first_column(&page, &header))
        })
        .collect();
    let described: BTreeSet<String> = fields.values().flatten().cloned().collect();

    let attributes = attributes();
    let known: BTreeSet<String> = attributes.values().flatten().cloned().collect();

    assert!(known.len() > 50, "{known:?}");
    assert_eq!(described, known);
    for (file, table) in [
        ("item_row.rs", "ItemTable"),
        ("connector.rs", "ItemTable"),
        ("event.rs", "EventTable"),
        ("limits.rs", "LimitTable"),
        ("pace.rs", "LimitTable"),
        ("erasure.rs", "LimitTable"),
        ("erasures.rs", "LimitTable"),
        ("shared_api_key.rs", "CredentialTable"),
        ("discovery.rs", "CredentialTable"),
    ] {
        let missing: Vec<_> = attributes[file].difference(&fields[table]).collect();
        assert!(missing.is_empty(), "{table}: {missing:?}");
    }
}

#[test]
fn the_keys_and_the_expiry_of_each_table_are_described() {
    let page = document("reference/data.md");
    let template = template();
    for table in TABLES {
        let fields = first_column(&page, &format!("| Field of {table} | Personal |"));
        let properties = &template["Resources"][table]["Properties"];
        let attributes = properties["AttributeDefinitions"].as_array().unwrap();
        let expiry = &properties["TimeToLiveSpecification"];
        let names = attributes.iter().chain([expiry]);
        for name in names.filter_map(|named| named["AttributeName"].as_str()) {
            assert!(fields.contains(name), "{table}: {name}");
        }
    }
}

#[test]
fn the_functions_that_read_a_table_are_named() {
    let page = document("reference/data.md");
    let template = template();
    let policies = template["Resources"].as_object().unwrap().iter();
    let policies: Vec<_> = policies
        .flat_map(|(id, resource)| {
            let properties = &resource["Properties"];
            match resource["Type"].as_str() {
                Some("AWS::IAM::Role") => {
                    let inline = properties["Policies"].as_array().into_iter().flatten();
                    inline
                        .map(|policy| (vec![id.clone()], &policy["PolicyDocument"]))
                        .collect()
                }
                Some("AWS::IAM::Policy") => {
                    vec![(words(&properties["Roles"]), &properties["PolicyDocument"])]
                }
                _ => Vec::new(),
            }
        })
        .collect();

    for table in TABLES {
        let mut readers = BTreeSet::new();
        for (roles, policy) in &policies {
            let statements = policy["Statement"].as_array().unwrap().iter();
            let reads = statements.flat_map(|statement| {
                let actions = words(&statement["Action"]);
                let is_read = actions
                    .iter()
                    .any(|action| READS.contains(&action.as_str()));
                let resources = words(&statement["Resource"]);
                resources.into_iter().filter(move |_| is_read)
            });
            let arn = format!("{table}.Arn");
            if reads.into_iter().any(|resource| resource.contains(&arn)) {
                readers.extend(roles.iter().filter_map(|role| kebab(role)));
            }
        }

        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{table}` |")))
            .unwrap();
        let named = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let named: BTreeSet<String> = named
            .split(", ")
            .filter(|name| !name.contains("(stream)"))
            .map(|name| name.split(' ').next().unwrap().to_owned())
            .collect();
        assert_eq!(named, readers, "{table}");
    }
}

/// Returns the template. A tagged value, such as one of `!GetAtt`, is read as a text or a list.
fn template() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

/// Returns every text within a value.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(words).collect(),
        Value::Object(fields) => fields.values().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// Returns the function of a role: `item-sync` of `ItemSyncRole`. Anything else, such as a condition, is none.
fn kebab(role: &str) -> Option<String> {
    let name = role.strip_suffix("Role")?;
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    Some(kebab)
}

/// Returns the names of attributes that the store's code has, by file: each constant with the form of one.
fn attributes() -> BTreeMap<String, BTreeSet<String>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/store/src");
    let mut attributes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut folders = vec![std::path::PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            let code = std::fs::read_to_string(&path).unwrap();
            let found = attributes.entry(file).or_default();
            found.extend(code.lines().filter_map(attribute));
        }
    }
    attributes
}

/// Returns the attribute that a line declares: `const NAME: &str = "camelCase";`.
fn attribute(line: &str) -> Option<String> {
    let (_, declared) = line.split_once("const ")?;
    let (name, value) = declared.split_once(": &str = \"")?;
    let value = value.strip_suffix("\";")?;
    let is_name = value.starts_with(|first: char| first.is_ascii_lowercase())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_name && !NO_ATTRIBUTES.contains(&name)).then(|| value.to_owned())
}
