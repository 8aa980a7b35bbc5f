//! The description of the API, asked whether answers are as it says.

use std::collections::BTreeSet;

use http::Method;
use serde_json::Value;

use super::program::Program;
use crate::web::city::Answer;

/// A description that is asked whether an answer is as it says.
pub struct Described {
    pub document: Value,
    /// Operations that gave a good answer.
    pub seen: BTreeSet<String>,
}

impl Described {
    pub async fn read(program: &Program<'_>) -> Described {
        let answer = program.send(Method::GET, "/openapi.json", &[("authorization", "")], "").await;
        assert_eq!(answer.status, 200, "open to anyone: {}", answer.body);
        Described { document: answer.json(), seen: BTreeSet::new() }
    }

    /// The operation of a name: method and what is said of it.
    pub fn operation(&self, id: &str) -> (Method, String, &Value) {
        let paths = self.document["paths"].as_object().unwrap();
        let all = paths.iter().flat_map(|(path, of)| of.as_object().unwrap().iter().map(move |(m, op)| (path, m, op)));
        let mut found = all.filter(|(_, _, operation)| operation["operationId"] == id);
        let (path, method, operation) = found.next().unwrap_or_else(|| panic!("{id} is not described"));
        (method.to_uppercase().parse().unwrap(), path.clone(), operation)
    }

    /// The answer must be among those of the operation, and its body of the schema that stands there.
    pub fn check(&mut self, id: &str, answer: &Answer) {
        let status = answer.status.as_u16().to_string();
        let (_, _, operation) = self.operation(id);
        let mut said = &operation["responses"][&status];
        assert!(!said.is_null(), "{id} says nothing of {status}: {}", answer.body);
        if let Some(reference) = said["$ref"].as_str() {
            said = self.at(reference);
        }
        let kind = answer.header("content-type");
        match said["content"].as_object() {
            None => assert_eq!(answer.body, "", "{id} {status}"),
            Some(content) => {
                let schema = &content.get(kind).unwrap_or_else(|| panic!("{id} {status}: {kind}"))["schema"];
                self.fits(schema, &answer.json(), id);
            }
        }
        if answer.status.is_success() {
            self.seen.insert(id.to_owned());
        }
    }

    pub fn at(&self, reference: &str) -> &Value {
        let found = self.document.pointer(reference.strip_prefix('#').unwrap());
        found.unwrap_or_else(|| panic!("nothing stands at {reference}"))
    }

    /// As much of JSON Schema as the types of the API use.
    pub fn fits(&self, schema: &Value, value: &Value, at: &str) {
        if schema.is_boolean() {
            return assert_eq!(schema, true, "{at}");
        }
        if let Some(reference) = schema["$ref"].as_str() {
            return self.fits(self.at(reference), value, at);
        }
        if let Some(choice) = schema["anyOf"].as_array() {
            // A reference or nothing.
            let fitting = choice.iter().find(|one| (one["type"] == "null") == value.is_null());
            return self.fits(fitting.unwrap_or_else(|| panic!("{at}: {value} is none of {choice:?}")), value, at);
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(some) => some.iter().filter_map(Value::as_str).collect(),
            _ => panic!("{at}: no type in {schema}"),
        };
        let own = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        assert!(types.contains(&own), "{at}: {value} is none of {types:?}");
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            self.fits(&schema["items"], item, &format!("{at}[{index}]"));
        }
        if let Some(fields) = value.as_object() {
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                assert!(fields.contains_key(name), "{at}: {name} is missing in {value}");
            }
            for (name, field) in fields {
                let named = &schema["properties"][name];
                // A map of anything.
                let schema = if named.is_null() { &schema["additionalProperties"] } else { named };
                assert!(!schema.is_null(), "{at}.{name} is not described");
                self.fits(schema, field, &format!("{at}.{name}"));
            }
        }
    }

    /// Sends an operation and checks its answer; `{}` in the path are filled from `named`.
    pub async fn call(&mut self, program: &Program<'_>, id: &str, named: &[&str], body: Value) -> Answer {
        let (method, path, operation) = self.operation(id);
        let wants_version =
            operation["parameters"].as_array().into_iter().flatten().any(|given| given["name"] == "If-Match");
        let mut named = named.iter();
        let parts = path.split('/').map(|part| if part.starts_with('{') { named.next().unwrap() } else { part });
        let path = parts.collect::<Vec<_>>().join("/");
        let sent = if body.is_null() { String::new() } else { body.to_string() };
        let answer = if wants_version {
            let blind = program.send(method.clone(), &path, &[], sent.clone()).await;
            assert_eq!((blind.status.as_u16(), blind.kind().as_str()), (428, "if_match"), "{id}");
            let old = program.send(method.clone(), &path, &[("if-match", "\"0123\"")], sent.clone()).await;
            assert_eq!((old.status.as_u16(), old.kind().as_str()), (412, "changed"), "{id}");
            let resource = path.strip_suffix("/grants").unwrap_or(&path);
            let version = program.get(resource).await.header("etag").to_owned();
            program.send(method, &path, &[("if-match", &version)], sent).await
        } else {
            program.send(method, &path, &[], sent).await
        };
        self.check(id, &answer);
        answer
    }

    /// Like `call`, and it must go well; its body.
    pub async fn good(&mut self, program: &Program<'_>, id: &str, named: &[&str], body: Value) -> Value {
        let answer = self.call(program, id, named, body).await;
        assert!(answer.status.is_success(), "{id}: {} {}", answer.status, answer.body);
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    }
}

pub fn number(value: &Value) -> String {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number")).to_string()
}
