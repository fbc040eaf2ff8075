//! The parameters of an environment's `sam build` and `sam deploy`, which agree with each other.

use toml::{Table, Value};

use crate::artifacts;

#[test]
fn the_build_and_the_deploy_of_an_environment_share_their_parameters() {
    for (name, environment) in environments() {
        let sections = environment.as_table().unwrap();
        let own: Vec<_> = sections
            .iter()
            .filter(|(_, section)| section["parameters"].get("parameter_overrides").is_some())
            .map(|(section, _)| section.as_str())
            .collect();

        assert_eq!(own, ["global"], "{name}");
    }
}

#[test]
fn every_environment_builds_without_questions_and_deploys_without_flags() {
    for (name, environment) in environments() {
        let global = &environment["global"]["parameters"];
        let deploy = &environment["deploy"]["parameters"];

        assert_eq!(global["beta_features"], Value::Boolean(true), "{name}");
        assert!(global["region"].is_str(), "{name}");
        assert!(global["stack_name"].is_str(), "{name}");
        assert_eq!(deploy["resolve_s3"], Value::Boolean(true), "{name}");
        assert_eq!(
            deploy["capabilities"].as_str(),
            Some("CAPABILITY_IAM"),
            "{name}"
        );
    }
}

fn environments() -> Table {
    let mut config: Table = toml::from_slice(&artifacts::read("samconfig.toml")).unwrap();
    config.remove("version").unwrap();
    config
}
