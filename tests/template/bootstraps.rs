//! The built functions run on Lambda: they match its processor, and its C library is new enough for them.

use std::collections::BTreeSet;

use object::elf::{EM_AARCH64, EM_X86_64, FileHeader64, Machine};
use object::read::elf::{FileHeader as _, SectionTable};
use object::{Endianness, FileKind};
use serde::Deserialize;

use crate::artifacts;
use crate::functions;

/// The C library of Amazon Linux 2023.
const NEWEST_GLIBC: (u32, u32) = (2, 34);

#[test]
fn every_bootstrap_is_for_the_processor_that_it_was_built_for() {
    let build = Build::load();

    for function in functions::ALL {
        let expected = match build.architecture(function) {
            "x86_64" => EM_X86_64,
            "arm64" => EM_AARCH64,
            other => panic!("{other} is no architecture of Lambda"),
        };

        assert_eq!(Bootstrap::read(function).machine(), expected, "{function}");
    }
}

#[test]
fn every_bootstrap_runs_with_the_c_library_of_amazon_linux_2023() {
    for function in functions::ALL {
        let versions = Bootstrap::read(function).glibc_versions();

        assert!(!versions.is_empty(), "{function} is linked to no C library");
        for version in versions {
            assert!(
                number(&version) <= NEWEST_GLIBC,
                "{function} needs {version}"
            );
        }
    }
}

/// Returns a name such as `GLIBC_2.34` as a comparable number. Names such as `GLIBC_PRIVATE` belong to no release.
fn number(version: &str) -> (u32, u32) {
    let digits = version.strip_prefix("GLIBC_").unwrap();
    let mut parts = digits
        .split('.')
        .map(|part| part.parse().unwrap_or(u32::MAX));
    (parts.next().unwrap(), parts.next().unwrap_or(0))
}

/// The executable that Lambda runs for a function.
pub(crate) struct Bootstrap(Vec<u8>);

impl Bootstrap {
    pub(crate) fn read(function: &str) -> Self {
        Self(artifacts::read(&format!(
            ".aws-sam/build/{function}/bootstrap"
        )))
    }

    /// Returns the AWS calls whose code is linked in, as IAM actions. Each carries its name in the `x-amz-target`
    /// header, and the linker removes operations that nothing calls.
    pub(crate) fn aws_calls(&self) -> BTreeSet<String> {
        let dynamodb = self
            .texts_after(b"DynamoDB_20120810.")
            .map(|text| format!("dynamodb:{}", operation(text)));
        // Unlike DynamoDB's prefix, this prefix is also part of the service's address.
        let secrets = self
            .texts_after(b"secretsmanager.")
            .filter(|text| text.starts_with(b"GetSecretValue"));
        let events = self.texts_after(b"AWSEvents.");
        let messages = self.texts_after(b"AmazonSQS.");
        dynamodb
            .chain(secrets.map(|_| "secretsmanager:GetSecretValue".to_owned()))
            .chain(events.map(|text| one_of("events", &["DescribeEventBus", "PutEvents"], text)))
            .chain(messages.map(|text| one_of("sqs", &["SendMessage"], text)))
            .collect()
    }

    /// Returns the text after each occurrence of a prefix. Strings lie side by side in a binary, without a
    /// terminator.
    fn texts_after<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        (0..self.0.len()).filter_map(move |start| self.0[start..].strip_prefix(prefix))
    }

    fn machine(&self) -> Machine {
        let (header, endianness, _) = self.parse();
        header.e_machine.get(endianness)
    }

    fn glibc_versions(&self) -> BTreeSet<String> {
        let (_, endianness, sections) = self.parse();
        let (mut libraries, strings_section) =
            sections.gnu_verneed(endianness, &*self.0).unwrap().unwrap();
        let strings = sections
            .strings(endianness, &*self.0, strings_section)
            .unwrap();
        let mut names = BTreeSet::new();
        while let Some((_, mut versions)) = libraries.next().unwrap() {
            while let Some(version) = versions.next().unwrap() {
                names.insert(
                    String::from_utf8(version.name(endianness, strings).unwrap().to_vec()).unwrap(),
                );
            }
        }
        names.retain(|name| name.starts_with("GLIBC_"));
        names
    }

    fn parse(
        &self,
    ) -> (
        &FileHeader64<Endianness>,
        Endianness,
        SectionTable<'_, FileHeader64<Endianness>>,
    ) {
        assert_eq!(FileKind::parse(&*self.0).unwrap(), FileKind::Elf64);
        let header = FileHeader64::<Endianness>::parse(&*self.0).unwrap();
        let endianness = header.endian().unwrap();
        let sections = header.sections(endianness, &*self.0).unwrap();
        (header, endianness, sections)
    }
}

/// Returns the operation of a service that a text begins with.
fn one_of(service: &str, operations: &[&str], text: &[u8]) -> String {
    let operation = operations
        .iter()
        .find(|operation| text.starts_with(operation.as_bytes()));
    // Strings lie side by side, so the longer name of another operation may begin with this name.
    assert!(
        operation.is_some() && !text.starts_with(b"SendMessageBatch"),
        "unknown operation {}",
        String::from_utf8_lossy(&text[..text.len().min(40)])
    );
    format!("{service}:{}", operation.unwrap())
}

/// Returns the DynamoDB operation that a text begins with.
fn operation(text: &[u8]) -> &'static str {
    const OPERATIONS: [&str; 14] = [
        "BatchExecuteStatement",
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "DescribeTable",
        "ExecuteStatement",
        "ExecuteTransaction",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    ];
    let known = OPERATIONS
        .into_iter()
        .find(|name| text.starts_with(name.as_bytes()));
    known.unwrap_or_else(|| {
        panic!(
            "unknown operation {}",
            String::from_utf8_lossy(&text[..text.len().min(40)])
        )
    })
}

/// SAM's record of its build.
#[derive(Deserialize)]
struct Build {
    function_build_definitions: std::collections::HashMap<String, Definition>,
}

#[derive(Deserialize)]
struct Definition {
    architecture: String,
    functions: Vec<String>,
}

impl Build {
    fn load() -> Self {
        toml::from_slice(&artifacts::read(".aws-sam/build.toml")).unwrap()
    }

    fn architecture(&self, function: &str) -> &str {
        let mut definitions = self.function_build_definitions.values();
        let definition =
            definitions.find(|definition| definition.functions.iter().any(|name| name == function));
        &definition
            .unwrap_or_else(|| panic!("{function} was not built"))
            .architecture
    }
}
